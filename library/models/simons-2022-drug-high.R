simons_2022_drug_high <- function() {
  description <- "Drug high, as volunteers mark it on a line of 10 cm, from S-ketamine at its site of effect."
  reference <- "Simons P, Olofsen E, van Velzen M, et al. S-ketamine oral thin film, part 2: population pharmacodynamics. Front Pain Res 2022;3:946487. doi:10.3389/fpain.2022.946487"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(drug_high = "Drug high on a line of 10 (cm)")
  layer <- "acute"
  badges <- list(drug_high = "measured in people")
  anchors <- list(drug_high = "simons-2022-part-2: half of the effect at 0.3 nmol/mL S-ketamine, lasting 2 to 6 h after a film of 50 or 100 mg, 20 volunteers")
  disagreement <- list(drug_high = "bowdle-1998: marks rise in proportion to 50, 100, 150 and 200 ng/mL of the racemate in venous blood, with no sign of a ceiling")
  limits <- list(
    shape = "A steepness of 1 and the whole line as the greatest effect are assumed; neither was seen.",
    delay = "The half-life of equilibration was not seen; that of other effects of S-ketamine is used.",
    moieties = "S-ketamine alone acts; norketamine and hydroxynorketamine were found to add nothing. That R-ketamine does not act is carried over from dissociation.",
    variability = "Differences between people were not seen and are left out."
  )
  uncertainty <- list(
    lc50_high = 0.3,      # [assumed] simons-2022-part-2: its error was not seen; 0.16 to 0.55 nmol/mL within two standard errors
    lhalf_ke0_high = 0.5  # [assumed] olofsen-2012: 2 to 17 min within two standard errors; effects ranged from 0 to 11.8 min
  )

  ini({
    lc50_high <- log(0.3); label("Concentration of half effect (nmol/mL)") # [seen] simons-2022-part-2: abstract
    lhalf_ke0_high <- log(6.1 / 60); label("Half-life of equilibration with plasma (h)") # [assumed] olofsen-2012: abstract, 6.1 min averaged over effects of S-ketamine
    top_high <- fix(10); label("Length of the line (cm)") # [seen] simons-2022-part-2: thesis page 45, 0 to 10 cm
  })

  model({
    ke0_high <- log(2) / exp(lhalf_ke0_high) # [derived] euthymia: the rate of a half-life
    d/dt(ce_high) <- ke0_high * (cp_s - ce_high)
    drug_high <- top_high * ce_high / (ce_high + exp(lc50_high))
  })
}
