systolic_pressure <- function() {
  description <- "Rise of systolic blood pressure under S-ketamine, with a ceiling."
  reference <- "Our own: the size at 0.5 mg/kg between two series of patients, the ceiling from PET volunteers under anaesthesia, the delay between those of cardiac output and of perception."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(systolic_pressure = "Rise of systolic blood pressure (mmHg)")
  layer <- "acute"
  badges <- list(systolic_pressure = "measured in people")
  anchors <- list(systolic_pressure = "yale-2024-pressure: +16.0 mmHg (SD 11.2) at 40 min of an infusion, 138 patients | repeated-infusions-pressure: at most +7.4 mmHg on average at 30 to 40 min, 135 patients | langsjo-2005: mean pressure up to 27 % higher at 1959 ng/mL S-ketamine")
  disagreement <- list(systolic_pressure = "spravato-label-us: a rise that lasts about 4 h after a spray, longer than plasma alone explains")
  limits <- list(
    potency = "That S-ketamine alone acts is carried over from cardiac output.",
    people = "Old age and high blood pressure bring larger rises in both series of patients; neither says by how much, so that age changes nothing here.",
    shape = "Two points make the curve, at 0.5 mg/kg over 40 min and under anaesthesia; what lies above and between is assumed. The spread between patients is normal around the mean, so that the pressure of one in thirteen falls.",
    series = "The two series of patients differ twofold in the same treatment; the middle is used."
  )
  uncertainty <- list(
    lc50_pressure = 0.45,      # [assumed] yale-2024-pressure: 7.4 and 16.0 mmHg lie half of ln(16.0 / 7.4) = 0.39 from their middle
    lmax_pressure = 0.3,       # [assumed] langsjo-2005: 20 to 65 mmHg within two standard errors
    lhalf_ke0_pressure = 0.5   # [assumed] olofsen-2022: 2 to 14 min within two standard errors, past both delays it lies between
  )

  ini({
    lmax_pressure <- log(36); label("Greatest rise (mmHg)") # [derived] langsjo-2005: 27 % of an assumed mean pressure of 90 mmHg x 1.26 (16.0 / 12.7, systolic over mean rise in yale-2024-pressure) = 31 mmHg at 8.24 nmol/mL; with the middle of 7.4 and 16.0, 10.9 mmHg at 0.56 nmol/mL, the curve has this top
    lc50_pressure <- log(1.28); label("Concentration of half of it (nmol/mL)") # [derived] yale-2024-pressure: from the same two points
    lhalf_ke0_pressure <- log(5 / 60); label("Half-life of equilibration with plasma (h)") # [assumed] kamp-2021: between 2.28 min there and 8.3 min in olofsen-2022
    eta_pressure ~ 0.49 # [derived] yale-2024-pressure: (11.2 / 16.0)^2; what a cuff misreads is in it
  })

  model({
    ke0_pressure <- log(2) / exp(lhalf_ke0_pressure) # [derived] euthymia: the rate of a half-life
    d/dt(ce_pressure) <- ke0_pressure * (cp_s - ce_pressure)
    systolic_pressure <- exp(lmax_pressure) * (1 + eta_pressure) * ce_pressure / (ce_pressure + exp(lc50_pressure))
  })
}
