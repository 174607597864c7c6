kamp_2021_cardiac_output <- function() {
  description <- "Cardiac output under S-ketamine, a straight line over its concentration at the site of effect. Healthy men."
  reference <- "Kamp J, van Velzen M, Aarts L, et al. Stereoselective ketamine effect on cardiac output. Br J Anaesth 2021;127(1):23-31. doi:10.1016/j.bja.2021.02.034"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(cardiac_output = "Cardiac output (L/min)")
  layer <- "acute"
  badges <- list(cardiac_output = "measured in people")
  anchors <- list(cardiac_output = "kamp-2021: 6.8 L/min, a quarter more at 1.68 nmol/mL S-ketamine, 20 men")
  disagreement <- list(cardiac_output = "sigtermans-2009: 40 to 50 % more at 320 ng/mL (1.35 nmol/mL) S-ketamine, where this model has 20 %")
  limits <- list(
    source = "Read in a machine extraction of the paper; its abstract has no numbers.",
    norketamine = "S-norketamine lowers cardiac output in the paper. Its coefficient was not seen and it is left out, so that the hours after an infusion are too high.",
    trend = "A trend over the session in the paper is left out: its unit was not clear.",
    shape = "A straight line holds within the doses of the paper, not under anaesthesia.",
    variability = "Differences between people were not seen and are left out."
  )
  uncertainty <- list(
    lc25 = 0.4,         # [assumed] sigtermans-2009: half of ln(45 / 20), the distance of the two papers
    lhalf_ke0_co = 0.4  # [assumed] kamp-2021: its error was not seen
  )

  ini({
    base_co <- fix(6.8); label("Cardiac output at rest (L/min)") # [seen] kamp-2021: machine extraction
    lc25 <- log(1.68); label("Concentration of a quarter more (nmol/mL)") # [seen] kamp-2021: machine extraction
    lhalf_ke0_co <- log(2.28 / 60); label("Half-life of equilibration with plasma (h)") # [seen] kamp-2021: machine extraction, 2.28 min
    quarter <- fix(0.25); label("What a quarter is") # [derived] kamp-2021: definition of C25
  })

  model({
    ke0_co <- log(2) / exp(lhalf_ke0_co) # [derived] euthymia: the rate of a half-life
    d/dt(ce_co) <- ke0_co * (cp_s - ce_co)
    cardiac_output <- base_co * (1 + quarter * ce_co / exp(lc25))
  })
}
