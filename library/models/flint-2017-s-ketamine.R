flint_2017_s_ketamine <- function() {
  description <- "S-ketamine and S-norketamine during long infusions in children in intensive care."
  reference <- "Flint RB, Brouwer CNM, Kranzlin ASC, et al. Pediatr Anesth 2017;27(11):1098-1107. doi:10.1111/pan.13239"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "unknown"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_sn = "S-norketamine in plasma (nmol/mL)"
  )
  limits <- list(
    people = "25 ventilated children, most below two years. No route of a drug uses it; it is here to be run.",
    norketamine = "Its volume was fixed at 1 L because the data did not tell it: only the level during an infusion means something."
  )
  uncertainty <- list(
    lcl_s = 0.09,       # [seen] flint-2017: Table 3, 9 % relative
    lv1_s = 0.31,       # [seen] flint-2017: Table 3, 31 % relative
    lq_s = 0.22,        # [seen] flint-2017: Table 3, 22 % relative
    lv2_s = 0.19,       # [seen] flint-2017: Table 3, 19 % relative
    lcl_sn = 0.27,      # [seen] flint-2017: Table 3, 27 % relative
    rise_cl_sn = 0.0061 # [derived] flint-2017: Table 3, 70 % of 0.00870
  )

  ini({
    lcl_s <- log(112); label("Clearance (L/h)") # [seen] flint-2017: Table 3, at 70 kg
    lv1_s <- log(7.73); label("Central volume (L)") # [seen] flint-2017: Table 3, at 70 kg
    lq_s <- log(196); label("Flow to the peripheral volume (L/h)") # [seen] flint-2017: Table 3, at 70 kg
    lv2_s <- log(545); label("Peripheral volume (L)") # [seen] flint-2017: Table 3, at 70 kg
    lcl_sn <- log(53.2); label("Apparent clearance of norketamine (L/h)") # [seen] flint-2017: Table 3, at 70 kg
    lv_sn <- fix(log(1)); label("Apparent volume of norketamine (L)") # [seen] flint-2017: Table 3, fixed
    rise_cl_sn <- 0.00870; label("Rise of that clearance with time (1/h)") # [seen] flint-2017: Table 3, 0.870 % per hour
    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] flint-2017: Methods
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [seen] flint-2017: Methods
    e_wt_volume <- fix(1); label("Exponent of weight on volumes") # [seen] flint-2017: Methods
    molar_mass_s <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    molar_mass_sn <- fix(223.70); label("Molar mass of norketamine (g/mol)") # [seen] pharmacolibrary: drug page of ketamine, 223.7
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units

    eta_cl_s + eta_cl_sn ~ c(0.150, 0.168, 0.733) # [derived] flint-2017: Table 3, CV 40.2 and 104 %, correlation 0.506
    prop_sd_s <- 0.419; label("Residual of S-ketamine, fraction") # [seen] flint-2017: Table 3
    prop_sd_sn <- 0.475; label("Residual of norketamine, fraction") # [seen] flint-2017: Table 3
  })

  model({
    size_flow <- (WT / weight_ref)^e_wt_flow
    size_volume <- (WT / weight_ref)^e_wt_volume
    cl_s <- exp(lcl_s + eta_cl_s) * size_flow
    v1_s <- exp(lv1_s) * size_volume
    q_s <- exp(lq_s) * size_flow
    v2_s <- exp(lv2_s) * size_volume
    cl_sn <- exp(lcl_sn + eta_cl_sn) * size_flow * (1 + rise_cl_sn * t)
    v_sn <- exp(lv_sn) * size_volume

    d/dt(central_s) <- -(cl_s + q_s) / v1_s * central_s + q_s / v2_s * peripheral_s
    d/dt(peripheral_s) <- q_s / v1_s * central_s - q_s / v2_s * peripheral_s
    d/dt(central_sn) <- cl_s / v1_s * central_s - cl_sn / v_sn * central_sn

    cp_s <- central_s / v1_s * nmol_per_ml_in_mmol_per_l / molar_mass_s
    cp_sn <- central_sn / v_sn * nmol_per_ml_in_mmol_per_l / molar_mass_sn

    cp_s ~ prop(prop_sd_s)
    cp_sn ~ prop(prop_sd_sn)
  })
}
