hornik_2018_ketamine <- function() {
  description <- "Ketamine in children after intravenous doses: two compartments."
  reference <- "Hornik CP, Gonzalez D, van den Anker J, et al. J Clin Pharmacol 2018;58(8):1092-1104. doi:10.1002/jcph.1116, as encoded in opentiva"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "unknown"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_r = "R-ketamine in plasma (nmol/mL)"
  )
  limits <- list(
    enantiomers = "Ketamine was measured without telling the enantiomers apart; half is given to each. Norketamine is not part of the model.",
    people = "Children. No route of a drug uses it; it is here to be run.",
    intramuscular = "41 % of an intramuscular dose arrived; how fast was not seen, so that route is left out.",
    variability = "Differences between people were not seen and are left out."
  )

  ini({
    lv1 <- log(32.8); label("Central volume (L)") # [seen] hornik-2018: opentiva, at 70 kg
    lv2 <- log(152); label("Peripheral volume (L)") # [seen] hornik-2018: opentiva, at 70 kg
    lcl <- log(38.9); label("Clearance (L/h)") # [seen] hornik-2018: opentiva, at 70 kg
    lq2 <- log(54.9); label("Flow to the peripheral volume (L/h)") # [seen] hornik-2018: opentiva, at 70 kg
    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] hornik-2018: opentiva
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [seen] hornik-2018: opentiva
    e_wt_volume <- fix(1); label("Exponent of weight on volumes") # [seen] hornik-2018: opentiva
    share_s <- fix(0.5); label("Share of S-ketamine in what the assay measured") # [assumed] euthymia: the assay did not tell the enantiomers apart; R-ketamine stays a little longer
    molar_mass <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    nmol_per_ml_in_mmol_per_l <- fix(1000); label("nmol/mL in one mmol/L") # [derived] euthymia: definition of the units
  })

  model({
    size_flow <- (WT / weight_ref)^e_wt_flow
    size_volume <- (WT / weight_ref)^e_wt_volume
    v1 <- exp(lv1) * size_volume
    v2 <- exp(lv2) * size_volume
    cl <- exp(lcl) * size_flow
    q2 <- exp(lq2) * size_flow

    d/dt(central) <- -(cl + q2) / v1 * central + q2 / v2 * peripheral
    d/dt(peripheral) <- q2 / v1 * central - q2 / v2 * peripheral

    cp_ketamine <- central / v1 * nmol_per_ml_in_mmol_per_l / molar_mass
    cp_s <- share_s * cp_ketamine
    cp_r <- (1 - share_s) * cp_ketamine
  })
}
