ketamine_concentration <- function() {
  description <- "Both enantiomers together, in the unit of the laboratory. Compose after a pharmacokinetic model; close cp_r and cp_rn with 0 where only S-ketamine is given."
  reference <- "Definition of the units."
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  outputs <- list(
    ketamine = "Ketamine in plasma (ng/mL)",
    norketamine = "Norketamine in plasma (ng/mL)"
  )

  ini({
    molar_mass_ketamine <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    molar_mass_norketamine <- fix(223.70); label("Molar mass of norketamine (g/mol)") # [seen] pharmacolibrary: drug page of ketamine, 223.7
  })

  model({
    ketamine <- (cp_s + cp_r) * molar_mass_ketamine
    norketamine <- (cp_sn + cp_rn) * molar_mass_norketamine
  })
}
