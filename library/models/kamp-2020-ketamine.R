kamp_2020_ketamine <- function() {
  description <- "Ketamine after intravenous doses, from a meta-analysis of 18 studies: three compartments."
  reference <- "Kamp J, Olofsen E, Henthorn TK, et al. Ketamine pharmacokinetics. Anesthesiology 2020;133(6):1192-1213. doi:10.1097/ALN.0000000000003577, parameters as encoded in a public program for target-controlled infusion"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  sampling <- "unknown"
  outputs <- list(
    cp_s = "S-ketamine in plasma (nmol/mL)",
    cp_r = "R-ketamine in plasma (nmol/mL)"
  )
  limits <- list(
    enantiomers = "Ketamine was measured without telling the enantiomers apart; half is given to each. Norketamine is not part of the model.",
    transcription = "The abstract has a volume of 252 L (200 to 304) and a clearance of 79 L/h (69 to 90) and was read; the parameters come from programs of which one more gives others (25.8 and 115 L, 107 L/h in two compartments), which do not fit the abstract and are not used.",
    site = "Pools arterial and venous studies, children among them; the arterial and venous delay compartments of the analysis of raw data were not seen.",
    variability = "Differences between people were not seen and are left out."
  )

  ini({
    lv1 <- log(25); label("Central volume (L)") # [seen] kamp-2020-program: a program, Table 2
    lv2 <- log(56); label("Shallow peripheral volume (L)") # [seen] kamp-2020-program: a program, Table 2
    lv3 <- log(157); label("Deep peripheral volume (L)") # [seen] kamp-2020-program: a program, Table 2
    lcl <- log(84); label("Clearance (L/h)") # [seen] kamp-2020-program: a program, Table 2
    lq2 <- log(161); label("Flow to the shallow volume (L/h)") # [seen] kamp-2020-program: a program, Table 2
    lq3 <- log(79); label("Flow to the deep volume (L/h)") # [seen] kamp-2020-program: a program, Table 2
    weight_ref <- fix(70); label("Weight of the printed values (kg)") # [seen] kamp-2020-program: a program
    e_wt_flow <- fix(0.75); label("Exponent of weight on clearances") # [seen] kamp-2020-program: a program
    e_wt_volume <- fix(1); label("Exponent of weight on volumes") # [seen] kamp-2020-program: a program
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
    v3 <- exp(lv3) * size_volume
    q3 <- exp(lq3) * size_flow

    d/dt(central) <- -(cl + q2 + q3) / v1 * central + q2 / v2 * shallow + q3 / v3 * deep
    d/dt(shallow) <- q2 / v1 * central - q2 / v2 * shallow
    d/dt(deep) <- q3 / v1 * central - q3 / v3 * deep

    cp_ketamine <- central / v1 * nmol_per_ml_in_mmol_per_l / molar_mass
    cp_s <- share_s * cp_ketamine
    cp_r <- (1 - share_s) * cp_ketamine
  })
}
