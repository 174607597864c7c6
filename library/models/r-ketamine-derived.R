# Composed after simons-2022-s-ketamine, whose clearance, volumes and flows it takes.
r_ketamine_derived <- function() {
  description <- "R-ketamine and R-norketamine, derived from the S-ketamine of the same person: the same structure and volumes, a lower clearance."
  reference <- "Ratio of clearances: Wang J, et al. Drug Des Devel Ther 2019;13:4135. doi:10.2147/DDDT.S224553. Structure: Simons 2022."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "arterial plasma"
  outputs <- list(
    cp_r = "R-ketamine in plasma (nmol/mL)",
    cp_rn = "R-norketamine in plasma (nmol/mL)"
  )
  limits <- list(
    kinetics = "Derived, not fitted. A person's R-ketamine differs from the S-ketamine in clearance alone; both share every deviation from the typical.",
    metabolites = "No kinetics of R-norketamine were found; it is given those of S-norketamine. R-hydroxynorketamine is left out."
  )
  uncertainty <- list(
    lratio_cl_r = 0.032 # [derived] wang-2019: a quarter of ln(0.94 / 0.83), the ratios of Hasan 2021 and Persson 2002
  )

  ini({
    lratio_cl_r <- log(0.86); label("Clearance of R- over S-ketamine") # [derived] wang-2019: 15.8 / 18.4 mL/min/kg
    f_rn <- fix(0.8); label("Fraction of metabolised R-ketamine that forms norketamine") # [assumed] simons-2022: that of S-ketamine
    molar_mass_r <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    nmol_per_ml_in_mmol_per_l_r <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units
  })

  model({
    cl_r <- cl_s * exp(lratio_cl_r)

    d/dt(central_r) <- -(cl_r + q2_s + q3_s) / v1_s * central_r + q2_s / v2_s * shallow_r + q3_s / v3_s * deep_r
    d/dt(shallow_r) <- q2_s / v1_s * central_r - q2_s / v2_s * shallow_r
    d/dt(deep_r) <- q3_s / v1_s * central_r - q3_s / v3_s * deep_r

    d/dt(forming1_rn) <- cl_r / v1_s * central_r - rate_sn * forming1_rn
    d/dt(forming2_rn) <- rate_sn * (forming1_rn - forming2_rn)
    d/dt(central_rn) <- f_rn * rate_sn * forming2_rn - (cl_sn + q_sn) / v1_s * central_rn + q_sn / v2_sn * peripheral_rn
    d/dt(peripheral_rn) <- q_sn / v1_s * central_rn - q_sn / v2_sn * peripheral_rn

    cp_r <- central_r / v1_s * nmol_per_ml_in_mmol_per_l_r / molar_mass_r
    cp_rn <- central_rn / v1_s * nmol_per_ml_in_mmol_per_l_r / molar_mass_r
  })
}
