hijazi_2003_ketamine <- function() {
  description <- "Ketamine in intensive care patients with brain or spinal cord injury: two compartments."
  reference <- "Hijazi Y, Bodonian C, Bolon M, Salord F, Boulieu R. Br J Anaesth 2003;90(2):155-160. doi:10.1093/bja/aeg028, constants as encoded in opentiva"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "unknown"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_r = "R-ketamine in plasma (nmol/mL)"
  )
  limits <- list(
    enantiomers = "Ketamine was measured without telling the enantiomers apart; half is given to each. Norketamine is not part of the model.",
    people = "12 patients in intensive care; clearance and volume are larger than in volunteers.",
    scaling = "Volumes and clearances grow with weight itself.",
    variability = "Differences between people were not seen and are left out."
  )

  ini({
    lv1 <- log(1.08); label("Central volume (L/kg)") # [seen] hijazi-2003: opentiva, 1.08 L/kg
    k10 <- fix(0.0333 * 60); label("Elimination (1/h)") # [seen] hijazi-2003: opentiva, 0.0333 1/min; 36.0 mL/min/kg, as the abstract has it
    k12 <- fix(0.0088 * 60); label("To the peripheral compartment (1/h)") # [seen] hijazi-2003: opentiva, 0.0088 1/min
    k21 <- fix(0.0030 * 60); label("From the peripheral compartment (1/h)") # [seen] hijazi-2003: opentiva, 0.0030 1/min; half-life 4.9 h, as the abstract has it
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
