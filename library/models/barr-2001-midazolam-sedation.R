# Composed after a model of midazolam.
barr_2001_midazolam_sedation <- function() {
  description <- "Chance that a patient is calm and obeys commands only, or less (Ramsay score of 3 or more), from midazolam in plasma."
  reference <- "Barr J, Zomorodi K, Bertaccini EJ, et al. A double-blind, randomized comparison of IV lorazepam versus midazolam for sedation of ICU patients. Anesthesiology 2001;95:286-298"
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  outputs <- list(sedation = "Chance of sedation (Ramsay score of 3 or more)")
  layer <- "acute"
  badges <- list(sedation = "measured in people")
  anchors <- list(sedation = "barr-2001: an even chance at 101 ng/mL; of a score of 2 or more at 68, of 4 or more at 208 ng/mL, 24 patients after surgery, with the two drugs")
  disagreement <- list(sedation = "greenblatt-2004: half of the effect on the EEG at 31 ng/mL in 8 volunteers, without delay | eeg-eye-movements: 55 to 120 ng/mL in 6 volunteers")
  limits <- list(
    people = "Patients in intensive care, with an opioid; not outpatients with depression.",
    scale = "Another scale than that of ketamine's sedation (MOAA/S): the two curves cannot be compared by their height.",
    steepness = "How steeply the chance rises was not seen; 3 is assumed, about what the next scores are apart.",
    delay = "None: infusions of an hour showed no hysteresis in volunteers."
  )
  uncertainty <- list(
    lc50_mdz = 0.5,    # [assumed] greenblatt-2004: 37 to 275 ng/mL within two standard errors
    lsteep_mdz = 0.35  # [assumed] euthymia: 1.5 to 6 within two standard errors
  )

  ini({
    lc50_mdz <- log(101); label("Concentration of an even chance (ng/mL)") # [seen] barr-2001: abstract
    lsteep_mdz <- log(3); label("Steepness") # [assumed] barr-2001: 68, 101 and 208 ng/mL for scores of 2, 3 and 4
  })

  model({
    # No power of a concentration that rounding made negative
    drive_mdz <- (max(0, midazolam) / exp(lc50_mdz))^exp(lsteep_mdz)
    sedation <- drive_mdz / (1 + drive_mdz)
  })
}
