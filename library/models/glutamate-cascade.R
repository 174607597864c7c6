# Composed after a model of occupancy. All outputs are relative to 1 before the dose. Nothing of it reaches the score unless a course asks.
glutamate_cascade <- function() {
  description <- "The surge of glutamate in the prefrontal cortex that follows a partial block of NMDA receptors, and the AMPA receptor throughput that it drives."
  reference <- "Size of the surge: Abdallah CG, et al. Neuropsychopharmacology 2018 (13C magnetic resonance, people). Its turn at high doses and the step to AMPA receptors: Moghaddam B, et al. J Neurosci 1997;17:2921-2927 (rat)."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(
    surge = "Glutamate cycling in the prefrontal cortex (relative)",
    ampa = "AMPA receptor throughput (relative)"
  )
  layer <- "cascade"
  badges <- list(surge = "measured in people", ampa = "scaled from animals")
  anchors <- list(
    surge = "abdallah-2018: 13 % more 13C-glutamine during a subanaesthetic infusion, 21 people | moghaddam-1997: more glutamate at 10 to 30 mg/kg, none at 50, less at 200, rat",
    ampa = "moghaddam-1997: an AMPA antagonist in the cortex stops the dopamine that 30 mg/kg releases, rat"
  )
  disagreement <- list(
    surge = "abdallah-2018: no change of 13C-glutamate | posterior-cingulate-2021: no change after 193 min, where a tenth of glutamine would have been seen",
    ampa = "euthymia: no measurement in people was found"
  )
  limits <- list(
    size = "One study of people gives the size, as enrichment of glutamine and not as glutamate outside cells.",
    time = "How fast the surge rises and falls is assumed, between an infusion (present) and 3 h (too small to see). What is left of it then follows the occupancy that is left.",
    ampa = "A unit of surge is taken to bring a unit of throughput."
  )
  uncertainty <- list(
    gain_surge = 0.34,     # [derived] abdallah-2018: t 2.4, a standard error of 1 / 2.4 of the gain
    occupancy_turn = 0.1,  # [assumed] moghaddam-1997: occupancy of 0.6 to 1 within two standard errors
    lhalf_surge = 0.5,     # [assumed] euthymia: 7 to 54 min within two standard errors
    lgain_ampa = 0.7,      # [assumed] euthymia: a factor of four to either side within two standard errors
    lhalf_ampa = 0.7       # [assumed] euthymia: 2.5 to 41 min within two standard errors
  )

  ini({
    gain_surge <- 0.89; label("Surge for each unit of occupancy, before it turns") # [derived] abdallah-2018: 13 % at the end of 0.5 mg/kg over 40 min
    occupancy_turn <- 0.8; label("Occupancy at which the surge is gone again") # [assumed] moghaddam-1997: 50 mg/kg in rats neither raises nor lowers glutamate; 0.8 is our estimate of its occupancy
    lhalf_surge <- log(20 / 60); label("Half-life of the surge (h)") # [assumed] posterior-cingulate-2021: less than a tenth after 193 min
    lgain_ampa <- log(1); label("Throughput for each unit of surge") # [assumed] euthymia: unity
    lhalf_ampa <- log(10 / 60); label("Half-life of throughput (h)") # [assumed] euthymia: minutes, as synapses do
  })

  model({
    k_surge <- log(2) / exp(lhalf_surge) # [derived] euthymia: the rate of a half-life
    k_ampa <- log(2) / exp(lhalf_ampa) # [derived] euthymia: the rate of a half-life
    d/dt(surge_excess) <- k_surge * (gain_surge * occupancy * (1 - occupancy / occupancy_turn) - surge_excess)
    d/dt(ampa_excess) <- k_ampa * (exp(lgain_ampa) * surge_excess - ampa_excess)
    surge <- 1 + surge_excess
    ampa <- 1 + ampa_excess
  })
}
