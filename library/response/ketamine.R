ketamine_response <- function() {
  # score = BASE x exp(-improvement); README.md beside this file is the report of the fit
  description <- "From receptor occupancy and sessions to the score of a depression scale: improvement on the logarithm of the score by expectancy, the drug, a new antidepressant and psychotherapy."
  reference <- "Our own, a model-based meta-analysis fitted to the arms of published trials (evidence/) by `euthymia calibrate`."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  layer <- "response"
  conditions <- c("mdd", "trd", "bipolar-depression", "ptsd", "gad-sad", "ocd", "suicidality")
  outputs <- list(
    score = "Score (points)",
    expectancy_effect = "Improvement by expectancy and care, fraction",
    drug_effect = "Improvement by the drug, fraction",
    relapse = "Probability of having relapsed, of who had responded at the end of the course"
  )
  limits <- list(
    form = "Improvements add up on the logarithm of the score, so that a score stays between 0 and the top of its scale whatever is combined.",
    signal = "No published model links concentration to the score. That occupancy drives it is an assumption.",
    expectancy = "What controls and unblinding contribute cannot be told apart from drug effect in most trials; one trial under anaesthesia and the priors split it.",
    relapse = "Few small studies with their own definitions of relapse: whom it befalls when is known to a factor of two or three. It is told as if everybody had responded a day after the last session of the first four weeks.",
    care = "The improvement by weeks of care stays after the last visit; trials do not follow people for long.",
    other = "Conditions other than depression rest on few small trials and are pooled towards depression."
  )

  ini({
    # Expectancy: every session doses 1 into `expectancy`, which becomes hope and trust within the hour; both fade
    lhope <- -1.0512; label("Improvement by fresh hope, log") # [derived] euthymia: posterior median
    ltrust <- -1.218; label("Greatest improvement by trust, log") # [derived] euthymia: posterior median
    lhalf_trust <- 6.4013; label("Half-life of trust (h), log") # [derived] euthymia: posterior median
    lcare <- -0.95686; label("Improvement by weeks of care, log") # [derived] euthymia: posterior median
    lhalf_care <- 5.9504; label("Time of half that improvement (h), log") # [derived] euthymia: posterior median
    expect_active <- -0.163; label("Factor on expectancy of an active control, log") # [derived] euthymia: posterior median
    expect_inactive <- -0.14701; label("Factor on expectancy of an inactive control, log") # [derived] euthymia: posterior median
    expect_masked <- 0.36125; label("Factor on expectancy under anaesthesia, log") # [derived] euthymia: posterior median
    expect_open <- 0.3041; label("Factor on expectancy where everybody knows, log") # [derived] euthymia: posterior median
    expect_crisis <- 0.43621; label("Factor on expectancy of people admitted in a crisis, log") # [derived] euthymia: posterior median
    size_expectancy <- -0.034608; label("Expectancy by the log of a trial's size") # [derived] euthymia: posterior median
    expect_bipolar <- -0.029603; label("Factor on expectancy in bipolar depression, log") # [derived] euthymia: posterior median
    expect_ptsd <- -1.1687; label("Factor on expectancy in PTSD, log") # [derived] euthymia: posterior median
    expect_anxiety <- -1.3445; label("Factor on expectancy in anxiety disorders, log") # [derived] euthymia: posterior median
    expect_ocd <- -1.2515; label("Factor on expectancy in OCD, log") # [derived] euthymia: posterior median
    half_rise <- fix(0.5); label("Half-life of the rise of hope and trust (h)") # [assumed] euthymia: within a session; a score before it is the baseline
    half_hope <- fix(10); label("Half-life of fresh hope (h)") # [assumed] daly-2018: most of the effect at 2 h is gone at 24 h
    trust_half <- fix(0.5); label("Trust of half the greatest improvement, in sessions") # [assumed] euthymia: the first session does two thirds

    # Drug: `action` collects occupancy (occupancy x hours) and fades
    lemax <- -0.67212; label("Greatest improvement by the drug, log") # [derived] euthymia: posterior median
    la50 <- -0.80139; label("Action of half that improvement (occupancy x h), log") # [derived] euthymia: posterior median
    lhalf_offset <- 3.8697; label("Half-life of the action (h), log") # [derived] euthymia: posterior median
    size_drug <- -0.26019; label("The drug's improvement by the log of a trial's size") # [derived] euthymia: posterior median
    size <- fix(300); label("People of the trial that a course is like") # [assumed] euthymia: a large trial; small ones of anything report larger effects
    size_usual <- fix(60); label("People of a trial whose size changes nothing") # [assumed] euthymia: in the middle of the trials
    effect_bipolar <- 0.014042; label("Factor on the drug's improvement in bipolar depression, log") # [derived] euthymia: posterior median
    effect_ptsd <- 0.020093; label("Factor on the drug's improvement in PTSD, log") # [derived] euthymia: posterior median
    effect_anxiety <- -0.12343; label("Factor on the drug's improvement in anxiety disorders, log") # [derived] euthymia: posterior median
    effect_ocd <- -0.10593; label("Factor on the drug's improvement in OCD, log") # [derived] euthymia: posterior median
    duration_bipolar <- 1.0846; label("Factor on the half-life of the action in bipolar depression, log") # [derived] euthymia: posterior median
    duration_ptsd <- 0.12072; label("Factor on the half-life of the action in PTSD, log") # [derived] euthymia: posterior median
    duration_anxiety <- -0.35642; label("Factor on the half-life of the action in anxiety disorders, log") # [derived] euthymia: posterior median
    duration_ocd <- -0.4231; label("Factor on the half-life of the action in OCD, log") # [derived] euthymia: posterior median

    # An antidepressant started with the course, and psychotherapy
    lad <- -2.1032; label("Greatest improvement by a new antidepressant, log") # [derived] euthymia: posterior median
    lhalf_ad <- 5.9312; label("Time of half that improvement (h), log") # [derived] euthymia: posterior median
    psychotherapy <- 0.15217; label("Improvement by a full course of psychotherapy") # [derived] euthymia: posterior median
    build_psychotherapy <- fix(1344); label("Time over which psychotherapy builds (h)") # [assumed] euthymia: eight weeks

    # How far patients, studies and ratings lie apart
    omega_expectancy <- 0.7529; label("SD between patients of expectancy, fraction") # [derived] euthymia: posterior median
    omega_drug <- 0.98483; label("SD between patients of the drug's improvement, fraction") # [derived] euthymia: posterior median
    omega_ad <- 0.83092; label("SD between patients of the antidepressant's improvement, fraction") # [derived] euthymia: posterior median
    omega_natural <- 0.2706; label("SD of patients' own drift, log score") # [derived] euthymia: posterior median
    half_natural <- fix(72); label("Half-life with which patients drift apart (h)") # [assumed] euthymia: days
    sigma <- 0.1607; label("Residual SD of a rating, log score") # [derived] euthymia: posterior median
    tau_expectancy <- 0.33366; label("SD between studies of expectancy, log") # [derived] euthymia: posterior median
    tau_drug <- 0.22458; label("SD between studies of the drug's improvement, log") # [derived] euthymia: posterior median
    tau_spread <- 0.045197; label("SD between studies of how far patients lie apart, log") # [derived] euthymia: posterior median
    tau_arm <- 0.059409; label("SD between arms, log score") # [derived] euthymia: posterior median
    tau_visit <- 0.026876; label("SD between visits (misfit), log score") # [derived] euthymia: posterior median

    # Relapse of who had responded, and leaving a trial
    lrelapse <- -3.2153; label("Relapses a day of responders left alone, log") # [derived] euthymia: posterior median
    relapse_remission <- -0.32228; label("Factor on relapses of remission, log") # [derived] euthymia: posterior median
    relapse_maintenance <- -1.5464; label("Factor on relapses of full protection, log") # [derived] euthymia: posterior median
    relapse_ad <- -0.67601; label("Factor on relapses of an antidepressant, log") # [derived] euthymia: posterior median
    relapse_psychotherapy <- -0.038718; label("Factor on relapses of psychotherapy, log") # [derived] euthymia: posterior median
    lhalf_kept <- 5.4271; label("Half-life of protection (h), log") # [derived] euthymia: posterior median
    omega_relapse <- 1.3824; label("SD between patients of relapses, log") # [derived] euthymia: posterior median
    tau_relapse <- 1.0567; label("SD between studies of relapses, log") # [derived] euthymia: posterior median
    ldropout <- -5.7293; label("Part of people who leave a trial a day, log") # [derived] euthymia: posterior median
    tau_dropout <- 0.30605; label("SD between arms of it, log") # [derived] euthymia: posterior median
    dropout_less <- 0.55564; label("How much less those improve who leave, fraction") # [derived] euthymia: posterior median
    kept_half <- fix(0.3); label("Occupancy times hours kept, of half the protection") # [assumed] euthymia: about half of what a usual session leaves
    remission_top <- fix(12.5); label("Score of half a remission (points)") # [seen] transform-3-risks: note b of Table 2, 12 or less
    remission_steep <- fix(8); label("How sharply a score below it is remission") # [assumed] euthymia: 9 points 93 %, 17 points 8 %
    half_settled <- fix(24); label("Half-life of the look back at the end of the course (h)") # [assumed] euthymia: a day
    day <- fix(24); label("Hours of a day (h)") # [derived] euthymia: a definition

    score_top <- fix(60); label("Top of the scale (points)") # [seen] snaith-cut-points: MADRS 0 to 60

    # Standard normal deviates; their sizes are the parameters above, which are uncertain themselves
    eta_study_expectancy ~ 1 | study
    eta_study_drug ~ 1 | study
    eta_study_spread ~ 1 | study
    eta_arm ~ 1 | study
    eta_visit ~ 1 | study
    eta_expectancy ~ 1
    eta_drug ~ 1
    eta_ad ~ 1
    eta_natural ~ 1
    eta_study_relapse ~ 1 | study
    eta_arm_left ~ 1 | study
    eta_relapse ~ 1
  })

  model({
    k_rise <- log(2) / half_rise # [derived] euthymia: the rate of a half-life
    k_hope <- log(2) / half_hope # [derived] euthymia: the rate of a half-life
    k_trust <- log(2) / exp(lhalf_trust) # [derived] euthymia: the rate of a half-life
    d/dt(expectancy) <- -k_rise * expectancy
    d/dt(hope) <- k_rise * expectancy - k_hope * hope
    d/dt(trust) <- k_rise * expectancy - k_trust * trust
    care <- exp(lcare) * (1 - exp(-log(2) / exp(lhalf_care) * t)) # [derived] euthymia: the rate of a half-life
    knowing <- exp(expect_active * EXPECT_ACTIVE + expect_inactive * EXPECT_INACTIVE + expect_masked * EXPECT_MASKED + expect_open * EXPECT_OPEN + expect_crisis * CRISIS + expect_bipolar * BIPOLAR + expect_ptsd * PTSD + expect_anxiety * ANXIETY + expect_ocd * OCD + size_expectancy * log(size / size_usual))
    by_expectancy <- exp(tau_expectancy * eta_study_expectancy) * knowing * (exp(lhope) * hope + exp(ltrust) * trust / (trust + trust_half) + care)

    k_offset <- log(2) / exp(lhalf_offset + duration_bipolar * BIPOLAR + duration_ptsd * PTSD + duration_anxiety * ANXIETY + duration_ocd * OCD) # [derived] euthymia: the rate of a half-life
    d/dt(action) <- occupancy - k_offset * action
    emax <- exp(lemax + effect_bipolar * BIPOLAR + effect_ptsd * PTSD + effect_anxiety * ANXIETY + effect_ocd * OCD + size_drug * log(size / size_usual))
    by_drug <- exp(tau_drug * eta_study_drug) * emax * action / (action + exp(la50))

    by_ad <- AD_NEW * exp(lad) * t / (t + exp(lhalf_ad))
    by_psychotherapy <- PSYCH * psychotherapy * (1 - exp(-t / build_psychotherapy))

    spread <- exp(tau_spread * eta_study_spread)
    drift <- omega_natural * sqrt(1 - exp(-log(2) / half_natural * t)) * eta_natural # [derived] euthymia: the rate of a half-life
    apart <- spread * (by_expectancy * omega_expectancy * eta_expectancy + by_drug * omega_drug * eta_drug + by_ad * omega_ad * eta_ad + drift)
    begun <- 1 - exp(-k_rise * t)
    improvement <- by_expectancy + by_drug + by_ad + by_psychotherapy + begun * (tau_arm * eta_arm + tau_visit * eta_visit) + apart

    # The end of the course doses 1 into `finished`. Remission is that of the days before; the hazard of relapse adds up after it
    d/dt(finished) <- 0
    during <- 1 - finished
    k_settled <- log(2) / half_settled # [derived] euthymia: the rate of a half-life
    in_remission <- 1 / (1 + exp(remission_steep * (log(BASE / remission_top) - improvement)))
    d/dt(settled) <- during * k_settled * (1 - settled)
    d/dt(settled_well) <- during * k_settled * (in_remission - settled_well)
    remitted <- settled_well / (settled + during)
    k_kept <- log(2) / exp(lhalf_kept) # [derived] euthymia: the rate of a half-life
    d/dt(kept) <- occupancy - k_kept * kept
    protection <- kept / (kept + kept_half)
    d/dt(relapses) <- finished / day * exp(lrelapse + relapse_remission * remitted + relapse_maintenance * protection + relapse_ad * AD + relapse_psychotherapy * PSYCH + tau_relapse * eta_study_relapse + omega_relapse * eta_relapse)
    relapse <- 1 - exp(-relapses)
    left <- 1 - exp(-exp(ldropout + tau_dropout * eta_arm_left) * t / day)
    score_seen <- min(score_top, BASE * exp(-improvement / (1 - dropout_less * left)))

    expectancy_effect <- 1 - exp(-by_expectancy)
    drug_effect <- 1 - exp(-by_drug)
    score <- min(score_top, BASE * exp(-improvement))
    score ~ lnorm(sigma)
  })
}
