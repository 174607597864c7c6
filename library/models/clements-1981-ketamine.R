clements_1981_ketamine <- function() {
  description <- "Ketamine after an intravenous bolus of 0.25 mg/kg in volunteers: two compartments."
  reference <- "Clements JA, Nimmo WS. Br J Anaesth 1981;53:27. doi:10.1093/bja/53.1.27, as encoded in opentiva (the model of the dose of 0.25 mg/kg)"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "venous plasma"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_r = "R-ketamine in plasma (nmol/mL)"
  )
  limits <- list(
    enantiomers = "Ketamine was measured without telling the enantiomers apart; half is given to each. Norketamine is not part of the model.",
    site = "That the blood came from a vein is from memory.",
    scaling = "Volumes and clearances grow with weight itself.",
    variability = "Differences between people were not seen and are left out."
  )

  ini({
    lv1 <- log(1.7522); label("Central volume (L/kg)") # [seen] clements-1981: opentiva, 1.7522 L/kg
    k10 <- fix(0.0109 * 60); label("Elimination (1/h)") # [seen] clements-1981: opentiva, 0.0109 1/min
    k12 <- fix(0.0186 * 60); label("To the peripheral compartment (1/h)") # [seen] clements-1981: opentiva, 0.0186 1/min
    k21 <- fix(0.0137 * 60); label("From the peripheral compartment (1/h)") # [seen] clements-1981: opentiva, 0.0137 1/min
    share_s <- fix(0.5); label("Share of S-ketamine in what the assay measured") # [assumed] euthymia: the assay did not tell the enantiomers apart; R-ketamine stays a little longer
    molar_mass <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units
  })

  model({
    v1 <- exp(lv1) * WT
    cl <- k10 * v1
    q2 <- k12 * v1
    v2 <- q2 / k21

    d/dt(central) <- -(cl + q2) / v1 * central + q2 / v2 * peripheral
    d/dt(peripheral) <- q2 / v1 * central - q2 / v2 * peripheral

    cp_ketamine <- central / v1 * nmol_per_ml_in_mmol_per_l / molar_mass
    cp_s <- share_s * cp_ketamine
    cp_r <- (1 - share_s) * cp_ketamine
  })
}
