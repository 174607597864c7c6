# Composed after a pharmacokinetic model; a route that gives S-ketamine alone closes cp_r and cp_rn with 0.
ketamine_concentration <- function() {
  description <- "Ketamine and norketamine in mass units, both enantiomers together, as laboratories report them."
  reference <- "Amount times molar mass; the molar masses are those of the models of the drug."
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  outputs <- list(
    ketamine = "Ketamine in plasma (ng/mL)",
    norketamine = "Norketamine in plasma (ng/mL)"
  )

  badges <- list(ketamine = "measured in people", norketamine = "measured in people")

  ini({
    molar_mass_ketamine <- fix(237.73); label("Molar mass of ketamine (g/mol)") # [seen] simons-2022: transcription
    molar_mass_norketamine <- fix(223.70); label("Molar mass of norketamine (g/mol)") # [seen] pharmacolibrary: drug page of ketamine, 223.7
  })

  model({
    ketamine <- (cp_s + cp_r) * molar_mass_ketamine
    norketamine <- (cp_sn + cp_rn) * molar_mass_norketamine
  })
}
