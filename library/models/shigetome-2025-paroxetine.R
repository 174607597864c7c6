shigetome_2025_paroxetine <- function() {
  description <- "Paroxetine after tablets, and the exposure of the first week that the model of its effect asks for. Japanese patients with major depressive disorder."
  reference <- "Shigetome K, Egashira T, Tomita T, et al. Effect of cumulative exposure on the efficacy of paroxetine. CPT Pharmacometrics Syst Pharmacol 2025;14(6):1119-1127. doi:10.1002/psp4.70032"
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  sampling <- "plasma"
  outputs <- list(
    paroxetine = "Paroxetine in plasma (ng/mL)",
    auc_week1 = "Exposure to paroxetine in the first week (ng*h/mL)"
  )
  layer <- "kinetics"
  limits <- list(
    absorption = "The paper samples troughs: a tablet enters the blood at once, and the peak means nothing.",
    volume = "Taken over from elsewhere in the paper, not estimated.",
    saturation = "Paroxetine inhibits its own elimination; here clearance does not fall with the dose. Kim 2015 (doi 10.2147/DDDT.S84718) found that it does.",
    week1 = "Before the first week is over, its exposure is what the last dose would give if it were taken daily from the start."
  )
  uncertainty <- list(
    lcl_parox = 0.0475,    # [seen] shigetome-2025: Table S2, 4.75 % relative
    e_age_cl_parox = 0.136, # [derived] shigetome-2025: Table S2, 25.4 % of 0.536
    e_wt_cl_parox = 0.275  # [derived] shigetome-2025: Table S2, 48.9 % of 0.563
  )

  ini({
    lcl_parox <- log(23.6); label("Apparent clearance (L/h)") # [seen] shigetome-2025: Table S2
    lv_parox <- fix(log(1010)); label("Apparent volume (L)") # [seen] shigetome-2025: Table S2, fixed there
    e_age_cl_parox <- -0.536; label("Exponent of age on clearance") # [seen] shigetome-2025: Table S2
    e_wt_cl_parox <- 0.563; label("Exponent of weight on clearance") # [seen] shigetome-2025: Table S2
    age_ref_parox <- fix(41.5); label("Age of the printed clearance (years)") # [seen] shigetome-2025: Table 1, mean
    wt_ref_parox <- fix(58.6); label("Weight of the printed clearance (kg)") # [seen] shigetome-2025: Table 1, mean
    ng_per_ml_in_mg_per_l_parox <- fix(1000); label("ng/mL in one mg/L") # [derived] euthymia: definition of the units
    day_parox <- fix(24); label("Hours between doses of the first week (h)") # [derived] shigetome-2025: once daily
    days_parox <- fix(7); label("Doses in it") # [derived] shigetome-2025: once daily for a week

    eta_cl_parox ~ 0.307 # [seen] shigetome-2025: Table S2
    prop_sd_parox <- 0.394; label("Residual, fraction") # [derived] shigetome-2025: Table S2, root of 0.155
  })

  model({
    cl_parox <- exp(lcl_parox + eta_cl_parox) * (AGE / age_ref_parox)^e_age_cl_parox * (WT / wt_ref_parox)^e_wt_cl_parox
    v_parox <- exp(lv_parox)
    k_parox <- cl_parox / v_parox
    week_parox <- day_parox * days_parox
    in_week1 <- (t < week_parox)

    d/dt(central_parox) <- -k_parox * central_parox
    d/dt(exposure_parox) <- in_week1 * central_parox / v_parox * ng_per_ml_in_mg_per_l_parox

    # Of a dose D every day, D/CL x (1 - exp(-k x what is left of the week)) each, summed as a geometric series
    lost_parox <- exp(-k_parox * week_parox) * (exp(k_parox * week_parox) - 1) / (1 - exp(-k_parox * day_parox)) * exp(-k_parox * day_parox)
    expected_parox <- podo0(central_parox) / cl_parox * (days_parox - lost_parox) * ng_per_ml_in_mg_per_l_parox
    auc_week1 <- in_week1 * expected_parox + (1 - in_week1) * exposure_parox

    paroxetine <- central_parox / v_parox * ng_per_ml_in_mg_per_l_parox
    paroxetine ~ prop(prop_sd_parox)
  })
}
