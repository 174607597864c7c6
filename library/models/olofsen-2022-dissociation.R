olofsen_2022_dissociation <- function() {
  description <- "Dissociation (change of external perception) from S-ketamine at its site of effect, as a fraction of the greatest possible."
  reference <- "Olofsen E, Kamp J, Henthorn TK, et al. Ketamine psychedelic and antinociceptive effects are connected. Anesthesiology 2022;136(5):792-801. doi:10.1097/ALN.0000000000004176"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(
    ce_s = "S-ketamine at the site of effect (nmol/mL)",
    dissociation = "Dissociation, fraction of its maximum"
  )
  limits <- list(
    shape = "The steepness and the maximum of the effect were not seen; a steepness of 1 is assumed and the maximum is the unit.",
    input = "Estimated with arterial concentrations; driven by a venous model the peak comes late and low.",
    variability = "Differences between people were not seen and are left out. Tolerance over sessions is left out.",
    norketamine = "S-norketamine opposes the effect a little; R-ketamine does not contribute. The first is left out."
  )
  uncertainty <- list(
    lc50 = 0.141,     # [derived] olofsen-2022: 95 % interval 0.38 to 0.66 nmol/mL, ln(0.66 / 0.38) / 3.92
    lhalf_ke0 = 0.239 # [derived] olofsen-2022: 95 % interval 5.1 to 13.0 min, ln(13.0 / 5.1) / 3.92
  )

  ini({
    lc50 <- log(0.51); label("Concentration of half effect (nmol/mL)") # [seen] olofsen-2022: abstract
    lhalf_ke0 <- log(8.3 / 60); label("Half-life of equilibration with plasma (h)") # [seen] olofsen-2022: abstract, 8.3 min
  })

  model({
    ke0 <- log(2) / exp(lhalf_ke0) # [derived] euthymia: the rate of a half-life
    d/dt(ce_s) <- ke0 * (cp_s - ce_s)
    dissociation <- ce_s / (ce_s + exp(lc50))
  })
}
