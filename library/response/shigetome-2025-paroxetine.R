# Composed after models/shigetome-2025-paroxetine, which knows the exposure of the first week.
shigetome_2025_paroxetine_response <- function() {
  description <- "MADRS under paroxetine: an improvement that grows over weeks to a greatest one. The exposure of the first week sets how great, the score after the first week how fast."
  reference <- "Shigetome K, Egashira T, Tomita T, et al. Effect of cumulative exposure on the efficacy of paroxetine. CPT Pharmacometrics Syst Pharmacol 2025;14(6):1119-1127. doi:10.1002/psp4.70032"
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  layer <- "response"
  conditions <- c("mdd")
  provisional <- "Fitted by its authors to 50 patients without a control, so that hope, care and time count as drug; it waits for a model of a trial with placebo."
  outputs <- list(
    score = "MADRS score (points)",
    improvement = "Improvement, fraction"
  )
  limits <- list(
    control = "50 patients without a control: what they improved by hope, care and time is in it. Never set it beside a difference from placebo.",
    exposure = "Below 1640 ng*h/mL in the first week the paper had nobody, and the printed equation falls to no effect at 1540; people who clear paroxetine fast get no effect at all from 10 mg.",
    first_week = "Visits were at weeks 1, 2, 4 and 6. The score after the first week, which the equation needs, is the one that it gives itself.",
    variability = "The paper lets improvements pass 100 % and times turn negative; here the first is cut off, and the second is log-normal with the same coefficient of variation.",
    course = "No relapse and no end of treatment: stopping the tablets changes nothing."
  )
  uncertainty <- list(
    top_improvement = 8.45,  # [derived] shigetome-2025: Table S4, 9.3 % of 90.9
    e_auc = 0.288,           # [derived] shigetome-2025: Table S4, 3.36 % of 8.56
    weeks_half = 0.448,      # [derived] shigetome-2025: Table S4, 45.5 % of 0.984
    e_score = 1.03           # [derived] shigetome-2025: Table S4, 43.3 % of 2.38
  )

  ini({
    top_improvement <- 90.9; label("Greatest improvement at high exposure (%)") # [seen] shigetome-2025: Table S4
    e_auc <- -8.56; label("Exponent of the exposure of the first week") # [seen] shigetome-2025: Table S4
    auc_ref <- fix(2610.43); label("Exposure of the first week that the exponent is of (ng*h/mL)") # [seen] shigetome-2025: Text S3
    weeks_half <- 0.984; label("Weeks to half of it, of a patient well after one (weeks)") # [seen] shigetome-2025: Table S4
    e_score <- 2.38; label("Exponent of the score after one week") # [seen] shigetome-2025: Table S4
    score_ref <- fix(28.64); label("Score after one week that the exponent is of (points)") # [seen] shigetome-2025: Text S3
    hours_in_week <- fix(168); label("Hours in a week (h/wk)") # [derived] euthymia: definition of the units
    week <- fix(1); label("A week (wk)")
    percent <- fix(100); label("Per cent in one") # [derived] euthymia: definition of the units

    eta_top ~ 0.150 # [seen] shigetome-2025: Table S4, proportional
    eta_half ~ 0.396 # [derived] shigetome-2025: Table S4, ln(1 + 0.486), proportional there
    sd_score <- 5.46; label("Residual of a rating (points)") # [derived] shigetome-2025: Table S4, root of 190 per cent points, of the mean baseline of 39.6
  })

  model({
    weeks <- t / hours_in_week
    top <- min(percent, max(0, (top_improvement - (auc_week1 / auc_ref)^e_auc) * (1 + eta_top))) / percent
    spread_half <- exp(eta_half)

    # The score after one week sets how long it takes, and how long it takes sets that score: each line comes nearer
    half_0 <- (weeks_half + week * (BASE / score_ref)^e_score) * spread_half
    half_1 <- (weeks_half + week * (BASE * (1 - top / (half_0 / week + 1)) / score_ref)^e_score) * spread_half
    half_2 <- (weeks_half + week * (BASE * (1 - top / (half_1 / week + 1)) / score_ref)^e_score) * spread_half
    half_3 <- (weeks_half + week * (BASE * (1 - top / (half_2 / week + 1)) / score_ref)^e_score) * spread_half
    half_4 <- (weeks_half + week * (BASE * (1 - top / (half_3 / week + 1)) / score_ref)^e_score) * spread_half
    half_5 <- (weeks_half + week * (BASE * (1 - top / (half_4 / week + 1)) / score_ref)^e_score) * spread_half
    half_6 <- (weeks_half + week * (BASE * (1 - top / (half_5 / week + 1)) / score_ref)^e_score) * spread_half

    improvement <- top * weeks / (half_6 + weeks)
    score <- BASE * (1 - improvement)
    score ~ add(sd_score)
  })
}
