# Composed after a model of arterial blood: what blood from a vein of the arm shows, as most trials sampled it. Nothing is driven by it.
arm_vein <- function() {
  description <- "Ketamine and norketamine in blood from a vein of the arm: arterial blood after the delay of the tissue it came through."
  reference <- "The delay that turns the arterial curve of Simons 2022 (doi:10.3389/fpain.2022.946486) into the venous curve of Otto 2021 and Fanta 2015 (doi:10.1007/s00228-021-03104-1) with the least squares of the logarithm over 6 h."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "venous plasma"
  outputs <- list(
    cp_s_venous = "S-ketamine in a vein of the arm (nmol/mL)",
    cp_r_venous = "R-ketamine in a vein of the arm (nmol/mL)",
    cp_sn_venous = "S-norketamine in a vein of the arm (nmol/mL)",
    cp_rn_venous = "R-norketamine in a vein of the arm (nmol/mL)",
    ketamine_venous = "Ketamine in a vein of the arm (ng/mL)",
    norketamine_venous = "Norketamine in a vein of the arm (ng/mL)"
  )
  badges <- list(
    cp_s_venous = "assumed",
    cp_r_venous = "assumed",
    cp_sn_venous = "assumed",
    cp_rn_venous = "assumed",
    ketamine_venous = "assumed",
    norketamine_venous = "assumed"
  )
  limits <- list(
    origin = "Derived from two published models, not fitted to pairs of samples. The studies of the two were not the same people, so a difference between laboratories would be taken for a delay.",
    structure = "One compartment leaves a mean difference of 17 % from the venous model; Henthorn 2018 and Kamp 2020 use more, with values that were not seen.",
    metabolites = "Norketamine is given the delay of ketamine."
  )
  uncertainty <- list(
    lhalf_vein = 0.25 # [assumed] euthymia: 11 to 30 min; 18 to 21 min from infusions of 40, 20 and 2 min
  )

  ini({
    lhalf_vein <- log(18.5 / 60); label("Half-life of the equilibration of an arm vein with arterial blood (h)") # [derived] otto-2021: least squares against simons-2022, 17.5 mg over 40 min and 20 mg over 20 min
    molar_mass_k_vein <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    molar_mass_n_vein <- fix(223.70); label("Molar mass of norketamine (g/mol)") # [seen] pharmacolibrary: drug page of ketamine, 223.7
  })

  model({
    k_vein <- log(2) / exp(lhalf_vein) # [derived] euthymia: the rate of a half-life
    d/dt(vein_s) <- k_vein * (cp_s - vein_s)
    d/dt(vein_r) <- k_vein * (cp_r - vein_r)
    d/dt(vein_sn) <- k_vein * (cp_sn - vein_sn)
    d/dt(vein_rn) <- k_vein * (cp_rn - vein_rn)
    cp_s_venous <- vein_s
    cp_r_venous <- vein_r
    cp_sn_venous <- vein_sn
    cp_rn_venous <- vein_rn
    ketamine_venous <- (vein_s + vein_r) * molar_mass_k_vein
    norketamine_venous <- (vein_sn + vein_rn) * molar_mass_n_vein
  })
}
