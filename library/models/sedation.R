# Composed after olofsen-2022-dissociation, whose site of effect it takes.
sedation <- function() {
  description <- "Chance that a patient looks sedated by ketamine at that moment (MOAA/S below 5), from S-ketamine at its site of effect."
  reference <- "Our own, set by the share of sessions with sedation in the registry of esketamine nasal spray (2019 to 2024)."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(sedation = "Chance of sedation (MOAA/S below 5)")
  layer <- "acute"
  badges <- list(sedation = "assumed")
  anchors <- list(sedation = "jnj-sedation: sedation in 34.7 % of the sessions with esketamine nasal spray that the registry holds; onset at 15 min, greatest at 30 to 45 min, gone at 1 to 1.5 h")
  disagreement <- list(sedation = "jnj-sedation: 14.6 to 31.7 % of patients in series outside the registry")
  limits <- list(
    anchor = "One number sets it, the share of sessions; how steeply it rises with the concentration is assumed, and so is that R-ketamine does not sedate.",
    depth = "One degree of sedation. Loss of consciousness (0.3 % of patients on the spray) is not modelled.",
    decline = "Sedation ends within 1.5 h of a spray though S-ketamine is still near its peak: the model ends later. Tolerance within a session is left out."
  )
  uncertainty <- list(
    lc50_sedation = 0.45,    # [assumed] jnj-sedation: 20 to 53 % of sessions within one standard error
    lsteep_sedation = 0.35   # [assumed] euthymia: 0.75 to 3 within two standard errors
  )

  ini({
    lc50_sedation <- log(0.53); label("Concentration of an even chance (nmol/mL)") # [derived] jnj-sedation: 0.35 nmol/mL, between the peaks of 56 and 84 mg, x (65.3 / 34.7)^(1 / 1.5)
    lsteep_sedation <- log(1.5); label("Steepness") # [assumed] euthymia: a wide spread between people
  })

  model({
    # No power of a concentration that rounding made negative
    drive_sedation <- (max(0, ce_s) / exp(lc50_sedation))^exp(lsteep_sedation)
    sedation <- drive_sedation / (1 + drive_sedation)
  })
}
