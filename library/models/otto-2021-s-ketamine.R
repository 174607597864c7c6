otto_2021_s_ketamine <- function() {
  description <- "S-ketamine and S-norketamine in venous blood after intravenous infusion: the reference to set beside the arterial models when a trial sampled a vein. Healthy volunteers."
  reference <- "Otto ME, Bergmann KR, Jacobs G, van Esdonk MJ. Eur J Clin Pharmacol 2021;77(8):1181-1192. doi:10.1007/s00228-021-03104-1. S-ketamine fixed to Fanta 2015, doi:10.1007/s00228-015-1826-y"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "venous plasma"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_sn = "S-norketamine in plasma (nmol/mL)"
  )
  limits <- list(
    infusion = "Misses the fast rise and fall of arterial blood: 0.78 of the arterial curve of Kamp 2020 on average.",
    metabolism = "All S-ketamine is taken to become norketamine, without delay."
  )
  uncertainty <- list(
    lv1_sn = 0.038, # [seen] otto-2021: Table 3, 3.77 % relative
    lcl_sn = 0.057, # [seen] otto-2021: Table 3, 5.7 % relative
    lv2_sn = 0.176, # [seen] otto-2021: Table 3, 17.6 % relative
    lq_sn = 0.075   # [seen] otto-2021: Table 3, 7.51 % relative
  )

  ini({
    lv1_s <- fix(log(133)); label("Central volume (L)") # [seen] otto-2021: Table 3, of Fanta 2015
    lcl_s <- fix(log(95.2)); label("Clearance (L/h)") # [seen] otto-2021: Table 3, of Fanta 2015
    lv2_s <- fix(log(187)); label("First peripheral volume (L)") # [seen] otto-2021: Table 3, of Fanta 2015
    lq2_s <- fix(log(23.2)); label("Flow to it (L/h)") # [seen] otto-2021: Table 3, of Fanta 2015
    lv3_s <- fix(log(98.8)); label("Second peripheral volume (L)") # [seen] otto-2021: Table 3, of Fanta 2015
    lq3_s <- fix(log(157)); label("Flow to it (L/h)") # [seen] otto-2021: Table 3, of Fanta 2015
    lv1_sn <- log(98.6); label("Central volume of norketamine (L)") # [seen] otto-2021: Table 3
    lcl_sn <- log(57.7); label("Clearance of norketamine (L/h)") # [seen] otto-2021: Table 3
    lv2_sn <- log(160); label("Peripheral volume of norketamine (L)") # [seen] otto-2021: Table 3
    lq_sn <- log(42.8); label("Flow to it (L/h)") # [seen] otto-2021: Table 3
    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] otto-2021: Table 3, footnote
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [seen] otto-2021: Table 3, footnote
    e_wt_volume <- fix(1); label("Exponent of weight on central volumes") # [seen] otto-2021: Table 3, footnote
    molar_mass_s <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    molar_mass_sn <- fix(223.70); label("Molar mass of norketamine (g/mol)") # [seen] pharmacolibrary: drug page of ketamine, 223.7
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units

    eta_v1_s + eta_cl_s ~ c(0.0842, 0.0226, 0.0260) # [seen] otto-2021: Table 3
    eta_v1_sn + eta_cl_sn ~ c(0.0404, 0.0446, 0.1032) # [seen] otto-2021: Table 3
    prop_sd_s <- 0.236; label("Residual of S-ketamine, fraction") # [derived] otto-2021: Table 3, root of 0.056
    prop_sd_sn <- 0.143; label("Residual of norketamine, fraction") # [derived] otto-2021: Table 3, root of 0.020
  })

  model({
    size_flow <- (WT / weight_ref)^e_wt_flow
    size_volume <- (WT / weight_ref)^e_wt_volume
    v1_s <- exp(lv1_s + eta_v1_s) * size_volume
    cl_s <- exp(lcl_s + eta_cl_s) * size_flow
    v2_s <- exp(lv2_s)
    q2_s <- exp(lq2_s)
    v3_s <- exp(lv3_s)
    q3_s <- exp(lq3_s)
    v1_sn <- exp(lv1_sn + eta_v1_sn) * size_volume
    cl_sn <- exp(lcl_sn + eta_cl_sn) * size_flow
    v2_sn <- exp(lv2_sn)
    q_sn <- exp(lq_sn)

    d/dt(central_s) <- -(cl_s + q2_s + q3_s) / v1_s * central_s + q2_s / v2_s * shallow_s + q3_s / v3_s * deep_s
    d/dt(shallow_s) <- q2_s / v1_s * central_s - q2_s / v2_s * shallow_s
    d/dt(deep_s) <- q3_s / v1_s * central_s - q3_s / v3_s * deep_s
    d/dt(central_sn) <- cl_s / v1_s * central_s - (cl_sn + q_sn) / v1_sn * central_sn + q_sn / v2_sn * peripheral_sn
    d/dt(peripheral_sn) <- q_sn / v1_sn * central_sn - q_sn / v2_sn * peripheral_sn

    cp_s <- central_s / v1_s * nmol_per_ml_in_mmol_per_l / molar_mass_s
    # The paper carries norketamine in mass without a ratio of molar masses
    cp_sn <- central_sn / v1_sn * nmol_per_ml_in_mmol_per_l / molar_mass_sn

    cp_s ~ prop(prop_sd_s)
    cp_sn ~ prop(prop_sd_sn)
  })
}
