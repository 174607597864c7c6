shaffer_2014_occupancy <- function() {
  description <- "Occupancy of the NMDA receptor channel by ketamine and norketamine, competing, from unbound concentrations in plasma."
  reference <- "Shaffer CL, et al. Neuropharmacology 2014;86 (unbound plasma concentrations for half occupancy of [3H]MK-801 sites, rat)."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(occupancy = "NMDA receptor occupancy")
  layer <- "target"
  badges <- list(occupancy = "scaled from animals")
  anchors <- list(occupancy = "shaffer-2014: half of the sites at 1420 nM unbound ketamine or 9110 nM norketamine, rat")
  disagreement <- list(occupancy = "van-der-aart-2018: [18F]PK-209 PET in 5 people, no consistent change under 0.5 mg/kg S-ketamine")
  limits <- list(
    species = "Measured in rats. Occupancy in people at these doses has not been measured reliably.",
    enantiomers = "One potency for both enantiomers, as for the racemate. Binding in vitro makes S-ketamine 1.2 to 4.7 times as potent as R-ketamine; nmda-occupancy has each of its own. The response models were tuned with this one.",
    norketamine = "Its unbound fraction was not found; that of ketamine is used.",
    variability = "Differences between people other than in concentration are unknown and left out."
  )
  uncertainty <- list(
    lic50_k = 0.197, # [derived] shaffer-2014: 95 % interval 990 to 2140 nM, ln(2140 / 990) / 3.92
    lic50_n = 0.216, # [derived] shaffer-2014: 95 % interval 5870 to 13700 nM, ln(13700 / 5870) / 3.92
    logit_fu = 0.25  # [assumed] schmidt-2024: 0.55 (label) to 0.71 (R-ketamine) within two standard errors
  )

  ini({
    lic50_k <- log(1.420); label("Unbound ketamine for half occupancy (nmol/mL)") # [seen] shaffer-2014: abstract, 1420 nM
    lic50_n <- log(9.110); label("Unbound norketamine for half occupancy (nmol/mL)") # [seen] shaffer-2014: abstract, 9110 nM
    logit_fu <- log(0.60 / (1 - 0.60)); label("Unbound fraction in plasma") # [derived] schmidt-2024: between 0.65 (S-ketamine) and 0.55 to 0.57 (esketamine label)
  })

  model({
    unbound <- 1 / (1 + exp(-logit_fu))
    bound_sites <- unbound * (cp_s + cp_r) / exp(lic50_k) + unbound * (cp_sn + cp_rn) / exp(lic50_n)
    occupancy <- bound_sites / (1 + bound_sites)
  })
}
