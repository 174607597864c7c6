domino_1984_ketamine <- function() {
  description <- "Ketamine after intravenous doses: three compartments, as programs for anaesthesia use them."
  reference <- "Domino EF, et al. Clin Pharmacol Ther 1984;36:645-653, as encoded in stanpumpR. Other programs give the same constants to a paper of Domino of 1982."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "unknown"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_r = "R-ketamine in plasma (nmol/mL)"
  )
  limits <- list(
    enantiomers = "Ketamine was measured without telling the enantiomers apart; half is given to each. Norketamine is not part of the model.",
    early = "The central volume of 4.4 L is small: after a fast bolus the first minutes come out too high.",
    scaling = "Volumes and clearances grow with weight itself.",
    variability = "Differences between people were not seen and are left out."
  )

  ini({
    lv1 <- log(0.063); label("Central volume (L/kg)") # [seen] domino-1984: stanpumpR, 0.063 L/kg
    k10 <- fix(0.438 * 60); label("Elimination (1/h)") # [seen] domino-1984: stanpumpR, 0.438 1/min
    k12 <- fix(0.592 * 60); label("To the shallow compartment (1/h)") # [seen] domino-1984: stanpumpR, 0.592 1/min
    k21 <- fix(0.247 * 60); label("From the shallow compartment (1/h)") # [seen] domino-1984: stanpumpR, 0.247 1/min
    k13 <- fix(0.590 * 60); label("To the deep compartment (1/h)") # [seen] domino-1984: stanpumpR, 0.590 1/min
    k31 <- fix(0.0146 * 60); label("From the deep compartment (1/h)") # [seen] domino-1984: stanpumpR, 0.0146 1/min
    share_s <- fix(0.5); label("Share of S-ketamine in what the assay measured") # [assumed] euthymia: the assay did not tell the enantiomers apart; R-ketamine stays a little longer
    molar_mass <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units
  })

  model({
    v1 <- exp(lv1) * WT
    cl <- k10 * v1
    q2 <- k12 * v1
    v2 <- q2 / k21
    q3 <- k13 * v1
    v3 <- q3 / k31

    d/dt(central) <- -(cl + q2 + q3) / v1 * central + q2 / v2 * shallow + q3 / v3 * deep
    d/dt(shallow) <- q2 / v1 * central - q2 / v2 * shallow
    d/dt(deep) <- q3 / v1 * central - q3 / v3 * deep

    cp_ketamine <- central / v1 * nmol_per_ml_in_mmol_per_l / molar_mass
    cp_s <- share_s * cp_ketamine
    cp_r <- (1 - share_s) * cp_ketamine
  })
}
