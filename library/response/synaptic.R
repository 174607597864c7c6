synaptic_response <- function() {
  # As provisional.R, but new synapses carry the action of the drug, not collected occupancy. README.md beside this file says how its one number was set
  description <- "From new synapses and sessions to the MADRS score: what a course would look like if synapses alone carried the effect of ketamine. Expectancy, the drug, a new antidepressant and psychotherapy act one after the other; each takes a fraction of what the one before left."
  reference <- "Our own. All but the drug is provisional.R; the synapses of half the drug effect are those that give the drug effect of provisional.R on day 3 after 0.5 mg/kg. Fitted to nothing."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  layer <- "response"
  conditions <- c("mdd", "trd")
  provisional <- "A thought experiment, for who asks for it: synapses were never seen to change in people after ketamine, and their number here is scaled from mice. One number was set, the rest is assumed."
  outputs <- list(
    score = "MADRS score (points)",
    expectancy_effect = "Improvement by expectancy, fraction",
    drug_effect = "Improvement by the drug, fraction"
  )
  limits <- list(
    form = "Effects multiply, so that a score stays between 0 and its baseline; only psychotherapy can raise it, up to the top of the scale.",
    signal = "No published model links synapses to the score; PET saw no change of them 24 h after a dose that lowered symptoms.",
    onset = "Synapses need days. The model has no drug effect at 2 h, where trials have most of it, and its greatest in the first week: in mice too the effect begins without them.",
    expectancy = "What controls and unblinding contribute cannot be told apart from drug effect in most trials; the split is assumed.",
    course = "No relapse, no spontaneous recovery, no tolerance, no dropout."
  )
  # Standard errors on the scale of ini: judgement, about the spread that the anchors leave when some of them are taken out.
  uncertainty <- list(
    logit_max_expectancy = 0.8, # [assumed] euthymia: spread of refits
    lload_half = 0.5,           # [assumed] euthymia: spread of refits
    lweight_hope = 0.5,         # [assumed] euthymia: spread of refits
    lhalf_trust = 0.5,          # [assumed] euthymia: one to six weeks within two standard errors
    logit_max_drug = 0.9,       # [assumed] euthymia: spread of refits
    lsynapses_half = 0.7,       # [assumed] euthymia: as the action of half effect in provisional.R
    logit_max_ad = 0.5,         # [assumed] euthymia: spread of refits
    psychotherapy_size = 0.15   # [assumed] wilkinson-2021: d 0.65 with an interval of -0.55 to 1.82, centred on nothing
  )

  ini({
    # Expectancy: every session doses its strength into `expectancy`, which becomes `hope` within the hour, then `trust`, and fades
    logit_max_expectancy <- -0.25; label("Greatest improvement by expectancy, logit") # [assumed] euthymia: tuned to control arms
    lload_half <- log(2.4); label("Load of half that improvement, in sessions") # [assumed] euthymia: tuned to control arms
    lweight_hope <- log(3.3); label("Weight of fresh hope over lasting trust") # [assumed] daly-2018: placebo 9.7 points at 2 h, 5.7 at 24 h, tuned
    half_rise <- fix(0.5); label("Half-life of the rise of hope (h)") # [assumed] euthymia: within a session; a score before it is the baseline
    half_hope <- fix(10); label("Half-life of fresh hope (h)") # [assumed] daly-2018: most of the effect at 2 h is gone at 24 h
    lhalf_trust <- log(14 * 24); label("Half-life of trust (h)") # [assumed] euthymia: two weeks; control arms do not fall back within one

    # Drug: the synapses that were added
    logit_max_drug <- 0.70; label("Greatest improvement by the drug, logit") # [assumed] euthymia: that of provisional.R
    lsynapses_half <- log(0.126); label("Synapses added for half that improvement, of those before") # [derived] euthymia: 0.0907 on day 3 x 0.60 / 0.432, the action of provisional.R that day

    # An antidepressant started with the course
    logit_max_ad <- -1.80; label("Greatest improvement by a new antidepressant, logit") # [assumed] shigetome-2025: 90.9 % in an uncontrolled cohort, less what expectancy explains, tuned
    half_ad <- fix(2 * 7 * 24); label("Time of half that improvement (h)") # [derived] shigetome-2025: 0.984 + (28.64 / 28.64)^2.38 weeks

    # Psychotherapy: as likely to harm as to help, until somebody measures it
    psychotherapy_size <- 0; label("Log of the factor on the score after a full course of psychotherapy, sign reversed") # [assumed] wilkinson-2021: centred on no effect
    rate_psychotherapy <- fix(1 / (8 * 7 * 24)); label("Rate at which it builds (1/h)") # [assumed] euthymia: eight weeks

    score_top <- fix(60); label("Top of the scale (points)") # [seen] snaith-cut-points: MADRS 0 to 60

    # Between studies
    eta_study_expectancy ~ 2 | study # [assumed] euthymia: controls of four esketamine trials end 6 to 17 points lower
    eta_study_drug ~ 3 | study # [assumed] euthymia: differences of 0 to 5 points at day 28 and 3 to 11 at day 1

    # Between patients
    eta_max_expectancy ~ 4 # [assumed] euthymia: tuned to standard deviations of change of 8 to 15 points
    eta_load_half ~ 3 # [assumed] euthymia: as above
    eta_max_drug ~ 9 # [assumed] euthymia: as above; some patients do not respond at all
    eta_synapses_half ~ 5 # [assumed] euthymia: as the action of half effect in provisional.R
    eta_half_trust ~ 0.36 # [assumed] murrough-2013-repeated: as the offset of the drug in provisional.R
    eta_max_ad ~ 4 # [assumed] shigetome-2025: wide, as the cohort was

    sd_score <- 5; label("Residual of a rating (points)") # [assumed] euthymia: change over a day in control arms
  })

  model({
    k_rise <- log(2) / half_rise # [derived] euthymia: the rate of a half-life
    k_hope <- log(2) / half_hope # [derived] euthymia: the rate of a half-life
    k_trust <- log(2) / exp(lhalf_trust + eta_half_trust) # [derived] euthymia: the rate of a half-life
    d/dt(expectancy) <- -k_rise * expectancy
    d/dt(hope) <- k_rise * expectancy - k_hope * hope
    d/dt(trust) <- k_hope * hope - k_trust * trust
    load <- exp(lweight_hope) * hope + trust
    max_expectancy <- 1 / (1 + exp(-(logit_max_expectancy + eta_max_expectancy + eta_study_expectancy)))
    expectancy_effect <- max_expectancy * load / (load + exp(lload_half + eta_load_half))

    new_synapses <- max(0, synapses - 1)
    max_drug <- 1 / (1 + exp(-(logit_max_drug + eta_max_drug + eta_study_drug)))
    drug_effect <- max_drug * new_synapses / (new_synapses + exp(lsynapses_half + eta_synapses_half))

    max_ad <- 1 / (1 + exp(-(logit_max_ad + eta_max_ad)))
    ad_effect <- AD_NEW * max_ad * t / (t + half_ad)

    psychotherapy_factor <- exp(-PSYCH * psychotherapy_size * (1 - exp(-rate_psychotherapy * t)))

    score <- min(score_top, BASE * (1 - expectancy_effect) * (1 - drug_effect) * (1 - ad_effect) * psychotherapy_factor)
    score ~ add(sd_score)
  })
}
