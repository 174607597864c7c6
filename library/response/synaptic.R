synaptic_response <- function() {
  # As ketamine.R, but new synapses carry the action of the drug, not collected occupancy. README.md beside this file says how its one number was set
  description <- "From new synapses and sessions to the score of a depression scale: what a course would look like if synapses alone carried the effect of ketamine. Improvement on the logarithm of the score by expectancy, the drug, a new antidepressant and psychotherapy."
  reference <- "Our own. All but the drug is ketamine.R; the synapses of half the drug effect are those that give the drug effect of ketamine.R on day 3 after 0.5 mg/kg. Fitted to nothing."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  layer <- "response"
  conditions <- c("mdd", "trd", "bipolar-depression", "ptsd", "gad-sad", "ocd", "suicidality")
  provisional <- "A thought experiment, for who asks for it: synapses were never seen to change in people after ketamine, and their number here is scaled from mice. One number was set, the rest is that of `ketamine` without its uncertainty."
  outputs <- list(
    score = "Score (points)",
    expectancy_effect = "Improvement by expectancy and care, fraction",
    drug_effect = "Improvement by the drug, fraction"
  )
  limits <- list(
    form = "Improvements add up on the logarithm of the score, so that a score stays between 0 and the top of its scale whatever is combined.",
    signal = "No published model links synapses to the score; PET saw no change of them 24 h after a dose that lowered symptoms.",
    onset = "Synapses need days. The model has no drug effect at 2 h, where trials have most of it, and its greatest in the first week: in mice too the effect begins without them.",
    expectancy = "What controls and unblinding contribute cannot be told apart from drug effect in most trials; one trial under anaesthesia and the priors split it.",
    care = "The improvement by weeks of care stays after the last visit; trials do not follow people for long.",
    other = "Conditions other than depression rest on few small trials and are pooled towards depression."
  )

  ini({
    # Expectancy: every session doses 1 into `expectancy`, which becomes hope and trust within the hour; both fade
    lhope <- -1.0512; label("Improvement by fresh hope, log") # [derived] euthymia: posterior median of ketamine.R
    ltrust <- -1.218; label("Greatest improvement by trust, log") # [derived] euthymia: posterior median of ketamine.R
    lhalf_trust <- 6.4013; label("Half-life of trust (h), log") # [derived] euthymia: posterior median of ketamine.R
    lcare <- -0.95686; label("Improvement by weeks of care, log") # [derived] euthymia: posterior median of ketamine.R
    lhalf_care <- 5.9504; label("Time of half that improvement (h), log") # [derived] euthymia: posterior median of ketamine.R
    expect_active <- -0.163; label("Factor on expectancy of an active control, log") # [derived] euthymia: posterior median of ketamine.R
    expect_inactive <- -0.14701; label("Factor on expectancy of an inactive control, log") # [derived] euthymia: posterior median of ketamine.R
    expect_masked <- 0.36125; label("Factor on expectancy under anaesthesia, log") # [derived] euthymia: posterior median of ketamine.R
    expect_open <- 0.3041; label("Factor on expectancy where everybody knows, log") # [derived] euthymia: posterior median of ketamine.R
    expect_crisis <- 0.43621; label("Factor on expectancy of people admitted in a crisis, log") # [derived] euthymia: posterior median of ketamine.R
    size_expectancy <- -0.034608; label("Expectancy by the log of a trial's size") # [derived] euthymia: posterior median of ketamine.R
    expect_bipolar <- -0.029603; label("Factor on expectancy in bipolar depression, log") # [derived] euthymia: posterior median of ketamine.R
    expect_ptsd <- -1.1687; label("Factor on expectancy in PTSD, log") # [derived] euthymia: posterior median of ketamine.R
    expect_anxiety <- -1.3445; label("Factor on expectancy in anxiety disorders, log") # [derived] euthymia: posterior median of ketamine.R
    expect_ocd <- -1.2515; label("Factor on expectancy in OCD, log") # [derived] euthymia: posterior median of ketamine.R
    half_rise <- fix(0.5); label("Half-life of the rise of hope and trust (h)") # [assumed] euthymia: within a session; a score before it is the baseline
    half_hope <- fix(10); label("Half-life of fresh hope (h)") # [assumed] daly-2018: most of the effect at 2 h is gone at 24 h
    trust_half <- fix(0.5); label("Trust of half the greatest improvement, in sessions") # [assumed] euthymia: the first session does two thirds

    # Drug: the synapses that were added
    lemax <- -0.67212; label("Greatest improvement by the drug, log") # [derived] euthymia: posterior median of ketamine.R
    lsynapses_half <- log(0.1440); label("Synapses added for half that improvement, of those before") # [derived] euthymia: those of day 3 x exp(la50) / action of ketamine.R that day
    size_drug <- -0.26019; label("The drug's improvement by the log of a trial's size") # [derived] euthymia: posterior median of ketamine.R
    size <- fix(300); label("People of the trial that a course is like") # [assumed] euthymia: a large trial; small ones of anything report larger effects
    size_usual <- fix(60); label("People of a trial whose size changes nothing") # [assumed] euthymia: in the middle of the trials
    effect_bipolar <- 0.014042; label("Factor on the drug's improvement in bipolar depression, log") # [derived] euthymia: posterior median of ketamine.R
    effect_ptsd <- 0.020093; label("Factor on the drug's improvement in PTSD, log") # [derived] euthymia: posterior median of ketamine.R
    effect_anxiety <- -0.12343; label("Factor on the drug's improvement in anxiety disorders, log") # [derived] euthymia: posterior median of ketamine.R
    effect_ocd <- -0.10593; label("Factor on the drug's improvement in OCD, log") # [derived] euthymia: posterior median of ketamine.R

    # An antidepressant started with the course, and psychotherapy
    lad <- -2.1032; label("Greatest improvement by a new antidepressant, log") # [derived] euthymia: posterior median of ketamine.R
    lhalf_ad <- 5.9312; label("Time of half that improvement (h), log") # [derived] euthymia: posterior median of ketamine.R
    psychotherapy <- 0.15217; label("Improvement by a full course of psychotherapy") # [derived] euthymia: posterior median of ketamine.R
    build_psychotherapy <- fix(1344); label("Time over which psychotherapy builds (h)") # [assumed] euthymia: eight weeks

    # How far patients, studies and ratings lie apart
    omega_expectancy <- 0.7529; label("SD between patients of expectancy, fraction") # [derived] euthymia: posterior median of ketamine.R
    omega_drug <- 0.98483; label("SD between patients of the drug's improvement, fraction") # [derived] euthymia: posterior median of ketamine.R
    omega_ad <- 0.83092; label("SD between patients of the antidepressant's improvement, fraction") # [derived] euthymia: posterior median of ketamine.R
    omega_natural <- 0.2706; label("SD of patients' own drift, log score") # [derived] euthymia: posterior median of ketamine.R
    half_natural <- fix(72); label("Half-life with which patients drift apart (h)") # [assumed] euthymia: days
    sigma <- 0.1607; label("Residual SD of a rating, log score") # [derived] euthymia: posterior median of ketamine.R
    tau_expectancy <- 0.33366; label("SD between studies of expectancy, log") # [derived] euthymia: posterior median of ketamine.R
    tau_drug <- 0.22458; label("SD between studies of the drug's improvement, log") # [derived] euthymia: posterior median of ketamine.R
    tau_spread <- 0.045197; label("SD between studies of how far patients lie apart, log") # [derived] euthymia: posterior median of ketamine.R
    tau_arm <- 0.059409; label("SD between arms, log score") # [derived] euthymia: posterior median of ketamine.R
    tau_visit <- 0.026876; label("SD between visits (misfit), log score") # [derived] euthymia: posterior median of ketamine.R
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

    new_synapses <- max(0, synapses - 1)
    emax <- exp(lemax + effect_bipolar * BIPOLAR + effect_ptsd * PTSD + effect_anxiety * ANXIETY + effect_ocd * OCD + size_drug * log(size / size_usual))
    by_drug <- exp(tau_drug * eta_study_drug) * emax * new_synapses / (new_synapses + exp(lsynapses_half))

    by_ad <- AD_NEW * exp(lad) * t / (t + exp(lhalf_ad))
    by_psychotherapy <- PSYCH * psychotherapy * (1 - exp(-t / build_psychotherapy))

    spread <- exp(tau_spread * eta_study_spread)
    drift <- omega_natural * sqrt(1 - exp(-log(2) / half_natural * t)) * eta_natural # [derived] euthymia: the rate of a half-life
    apart <- spread * (by_expectancy * omega_expectancy * eta_expectancy + by_drug * omega_drug * eta_drug + by_ad * omega_ad * eta_ad + drift)
    begun <- 1 - exp(-k_rise * t)
    improvement <- by_expectancy + by_drug + by_ad + by_psychotherapy + begun * (tau_arm * eta_arm + tau_visit * eta_visit) + apart

    expectancy_effect <- 1 - exp(-by_expectancy)
    drug_effect <- 1 - exp(-by_drug)
    score <- min(score_top, BASE * exp(-improvement))
    score ~ lnorm(sigma)
  })
}
