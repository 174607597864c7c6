abuhelwa_2022_ketamine <- function() {
  description <- "Ketamine in 21 patients with treatment-refractory depression: two compartments."
  reference <- "Abuhelwa AY, Somogyi AA, Loo CK, Glue P, Barratt DT, Foster DJR. Clin Pharmacol Ther 2022. doi:10.1002/cpt.2640, parameters as encoded in a public program for target-controlled infusion"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "unknown"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_r = "R-ketamine in plasma (nmol/mL)"
  )
  limits <- list(
    enantiomers = "Ketamine was measured without telling the enantiomers apart; half is given to each. Norketamine is not part of the model.",
    transcription = "From one program, which gives Kamp 2020 wrongly; the beginning of the abstract was read and has the two compartments, no parameter.",
    routes = "The paper has intramuscular and subcutaneous doses too; their availability and rate were not seen.",
    norketamine = "The paper has two compartments for norketamine; they were not seen.",
    variability = "Differences between people were not seen and are left out."
  )

  ini({
    lv1 <- log(79.3); label("Central volume (L)") # [seen] abuhelwa-2022: a program
    lv2 <- log(87.4); label("Peripheral volume (L)") # [seen] abuhelwa-2022: a program
    lcl <- log(1.16 * 60); label("Clearance (L/h)") # [seen] abuhelwa-2022: a program, 1.16 L/min
    lq2 <- log(121); label("Flow to the peripheral volume (L/h)") # [seen] abuhelwa-2022: a program
    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] abuhelwa-2022: a program
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [seen] abuhelwa-2022: a program
    e_wt_volume <- fix(1); label("Exponent of weight on volumes") # [seen] abuhelwa-2022: a program
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
