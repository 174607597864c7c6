# Composed after a model of occupancy. All outputs are relative to 1 before the dose. Nothing of it reaches the score.
monoamines <- function() {
  description <- "Dopamine in the striatum, as PET sees it, and serotonin in the prefrontal cortex while NMDA receptors are blocked."
  reference <- "Dopamine: Breier A, et al. Synapse 1998; Vollenweider FX, et al. J Psychiatr Res 2000;34:35-43; Aalto S, et al. Psychopharmacology 2002; Vernaleken I, et al. Int J Neuropsychopharmacol 2013 (people). Serotonin: Yamamoto S, et al. Neuropsychopharmacology 2013 (monkeys)."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(
    dopamine = "Dopamine in the striatum, by displaced tracer (relative)",
    serotonin = "Serotonin in the prefrontal cortex (relative)"
  )
  layer <- "cascade"
  badges <- list(dopamine = "measured in people", serotonin = "scaled from animals")
  anchors <- list(
    dopamine = "breier-1998: [11C]raclopride binding 11.2 % lower (1.9 % after saline) | vollenweider-2000: 13.6 to 17.5 % lower under S-ketamine",
    serotonin = "yamamoto-2013: more serotonin in prefrontal microdialysate during 0.5 and 1.5 mg/kg over 40 min, nothing left on the transporter at 24 h, monkeys"
  )
  disagreement <- list(
    dopamine = "aalto-2002: no change at 293 ng/mL | vernaleken-2013: no change of [18F]fallypride | kokkinou-2018: large in rodents (g 1.3 in the cortex), inconsistent in people",
    serotonin = "lindefors-1997: the metabolite 5-HIAA rises in rats too, with tolerance to dopamine and none to it; no measurement in people"
  )
  limits <- list(
    dopamine = "Displaced tracer, not dopamine: a change of a tenth stands for a larger one of dopamine. The gain is the mean of four studies, two of them null, and its uncertainty includes none.",
    serotonin = "The size is assumed.",
    time = "Half-lives are assumed; both are over within hours."
  )
  uncertainty <- list(
    gain_dopamine = 0.12,   # [derived] breier-1998: standard deviation of 9.3, 15.1, 0 and 0 % over root 4, 3.7 %, at an occupancy of 0.3
    lhalf_dopamine = 0.7,   # [assumed] euthymia: 0.12 to 2 h within two standard errors
    lgain_serotonin = 0.7,  # [assumed] euthymia: a factor of four to either side within two standard errors
    lhalf_serotonin = 0.7   # [assumed] yamamoto-2013: 0.12 to 2 h within two standard errors
  )

  ini({
    gain_dopamine <- 0.20; label("Displaced tracer for each unit of occupancy") # [derived] breier-1998: mean of 9.3 (11.2 - 1.9), 15.1 (mean of 13.6, 14.3 and 17.5, vollenweider-2000), 0 (aalto-2002) and 0 % (vernaleken-2013) at an occupancy of 0.3
    lhalf_dopamine <- log(0.5); label("Half-life of the change (h)") # [assumed] euthymia: within an infusion
    lgain_serotonin <- log(0.5); label("Serotonin for each unit of occupancy") # [assumed] yamamoto-2013: direction alone seen
    lhalf_serotonin <- log(0.5); label("Half-life of the change (h)") # [assumed] yamamoto-2013: transient
  })

  model({
    k_dopamine <- log(2) / exp(lhalf_dopamine) # [derived] euthymia: the rate of a half-life
    k_serotonin <- log(2) / exp(lhalf_serotonin) # [derived] euthymia: the rate of a half-life
    d/dt(dopamine_excess) <- k_dopamine * (gain_dopamine * occupancy - dopamine_excess)
    d/dt(serotonin_excess) <- k_serotonin * (exp(lgain_serotonin) * occupancy - serotonin_excess)
    dopamine <- 1 + dopamine_excess
    serotonin <- 1 + serotonin_excess
  })
}
