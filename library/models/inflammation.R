# Composed after a model of occupancy. All outputs are relative to 1 before the dose. Nothing of it reaches the score.
inflammation <- function() {
  description <- "Interleukin-6 and tumour necrosis factor alpha in plasma, lowered for days by each dose."
  reference <- "Transl Psychiatry 2020, doi:10.1038/s41398-020-00933-z (19 cytokines, six infusions, 60 patients); a crossover trial of one infusion in 31 volunteers recovered from depression; reviews that find people's results mixed."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(
    il6 = "Interleukin-6 in plasma (relative)",
    tnf = "Tumour necrosis factor alpha in plasma (relative)"
  )
  layer <- "cascade"
  badges <- list(il6 = "assumed", tnf = "assumed")
  anchors <- list(
    il6 = "cytokines-2020: lower after six infusions, on day 13; the fall went with that of symptoms (r -0.26), 60 patients",
    tnf = "cytokines-2020: lower after six infusions, on day 13 | cytokines-crossover: a change against placebo 1.5 h after 0.5 mg/kg, 31 people"
  )
  disagreement <- list(
    il6 = "kopra-2021: nine studies of people, mixed, most of them with less inflammation | cytokines-review-2022: the effect on cytokines and on symptoms did not go together",
    tnf = "kopra-2021: mixed, as interleukin-6 | cytokines-review-2022: inconsistent"
  )
  limits <- list(
    size = "The direction was seen, the size was not: a fall by a tenth after one infusion is chosen.",
    people = "Baseline inflammation, which differs most between people, is left out."
  )
  uncertainty <- list(
    gain_il6 = 0.16,      # [assumed] euthymia: no change lies within one and a quarter standard errors
    lhalf_il6 = 0.6,      # [assumed] cytokines-2020: 0.9 to 10 days within two standard errors
    gain_tnf = 0.16,      # [assumed] euthymia: as interleukin-6
    lhalf_tnf = 0.6       # [assumed] cytokines-2020: as interleukin-6
  )

  ini({
    gain_il6 <- 0.17; label("Part of interleukin-6 that goes for each occupancy x h") # [assumed] cytokines-2020: a tenth after one infusion, direction alone seen
    lhalf_il6 <- log(3 * 24); label("Half-life of the return of interleukin-6 (h)") # [assumed] cytokines-2020: still lower 24 h after the sixth infusion
    gain_tnf <- 0.17; label("Part of tumour necrosis factor that goes for each occupancy x h") # [assumed] cytokines-2020: as interleukin-6
    lhalf_tnf <- log(3 * 24); label("Half-life of the return of tumour necrosis factor (h)") # [assumed] cytokines-2020: as interleukin-6
  })

  model({
    k_il6 <- log(2) / exp(lhalf_il6) # [derived] euthymia: the rate of a half-life
    k_tnf <- log(2) / exp(lhalf_tnf) # [derived] euthymia: the rate of a half-life
    # On the log scale, so that no dose takes more than there is
    d/dt(il6_log) <- -gain_il6 * occupancy - k_il6 * il6_log
    d/dt(tnf_log) <- -gain_tnf * occupancy - k_tnf * tnf_log
    il6 <- exp(il6_log)
    tnf <- exp(tnf_log)
  })
}
