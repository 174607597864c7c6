# Beside shaffer-2014-occupancy, which drives the score: the same receptor with each enantiomer's own potency.
nmda_occupancy <- function() {
  description <- "Occupancy of the NMDA receptor channel by each enantiomer of ketamine and norketamine, competing, from unbound concentrations in plasma; the spread between laboratories is its uncertainty."
  reference <- "Potency of the racemates in vivo: Shaffer CL, et al. Neuropharmacology 2014;86 (rat). Ratios of the enantiomers: Ebert B, et al. Eur J Pharmacol 1997;333:99-104, and Temme L, et al. 2018, binding of [3H]MK-801 in vitro."
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(
    occupancy_by_enantiomer = "Occupancy by each at its own potency",
    occupancy_by_s = "Occupancy by S-ketamine",
    occupancy_by_r = "Occupancy by R-ketamine",
    occupancy_by_norketamine = "Occupancy by norketamine"
  )
  layer <- "target"
  badges <- list(
    occupancy_by_enantiomer = "scaled from animals",
    occupancy_by_s = "scaled from animals",
    occupancy_by_r = "scaled from animals",
    occupancy_by_norketamine = "scaled from animals"
  )
  anchors <- list(
    occupancy_by_enantiomer = "shaffer-2014: half of the sites at 1420 nM unbound ketamine or 9110 nM norketamine, rat",
    occupancy_by_s = "ebert-1997: Ki 0.3 uM for S- and 1.4 uM for R-ketamine, rat cortex | temme-2018: 0.419 and 0.497 uM",
    occupancy_by_r = "ebert-1997: R-ketamine 4.7 times less potent than S-ketamine | temme-2018: 1.2 times",
    occupancy_by_norketamine = "ebert-1997: Ki 1.7 uM for S- and 13 uM for R-norketamine"
  )
  disagreement <- list(
    occupancy_by_enantiomer = "van-der-aart-2018: [18F]PK-209 PET in 5 people, no consistent change under 0.5 mg/kg S-ketamine | salat-2015: Ki 0.119 uM for ketamine, twelve times the potency in vivo | hartvig-1995: S-[11C]ketamine displaced in people by 0.1 to 0.2 mg/kg, without a number | lord-2013: occupancy in mice gone within 1 h of 30 mg/kg",
    occupancy_by_norketamine = "spravato-label-us: noresketamine reaches a quarter to a sixth of the brain-to-plasma ratio of esketamine; unbound plasma may overstate it"
  )
  limits <- list(
    species = "Measured in rats. Occupancy in people at these doses has not been measured reliably.",
    binding = "Equilibrium binding: that the channel must open and traps the drug is left out.",
    hydroxynorketamine = "Hydroxynorketamine does not bind at these concentrations and is left out.",
    norketamine = "Its unbound fraction was not found; that of ketamine is used.",
    score = "The response models were tuned with one potency for both enantiomers. With this one a racemate's occupancy is the same, an esketamine's a quarter to two fifths higher."
  )
  uncertainty <- list(
    lic50_racemate = 0.197,   # [derived] shaffer-2014: 95 % interval 990 to 2140 nM, ln(2140 / 990) / 3.92
    lic50_nk_racemate = 0.216, # [derived] shaffer-2014: 95 % interval 5870 to 13700 nM, ln(13700 / 5870) / 3.92
    lratio_k = 0.68,          # [derived] ebert-1997: half of ln(4.67 / 1.19), the distance of two laboratories
    lratio_nk = 1.0,          # [derived] ebert-1997: half of ln(7.6 / 1), from the ratio of one laboratory to none
    logit_fu_s = 0.25,        # [assumed] schmidt-2024: 0.55 (label) to 0.71 (R-ketamine) within two standard errors
    lodds_fu_r = 0.2          # [assumed] schmidt-2024: no difference to twice the odds within two standard errors
  )

  ini({
    lic50_racemate <- log(1.420); label("Unbound racemic ketamine for half occupancy (nmol/mL)") # [seen] shaffer-2014: abstract, 1420 nM
    lic50_nk_racemate <- log(9.110); label("Unbound racemic norketamine for half occupancy (nmol/mL)") # [seen] shaffer-2014: abstract, 9110 nM
    lratio_k <- log(2.36); label("Potency of S- over R-ketamine") # [derived] ebert-1997: root of 4.67 (1.4 / 0.3) x 1.19 (0.497 / 0.419, temme-2018)
    lratio_nk <- log(2.76); label("Potency of S- over R-norketamine") # [derived] ebert-1997: root of 7.6 (13 / 1.7) x 1, half way to no difference
    logit_fu_s <- log(0.60 / (1 - 0.60)); label("Unbound fraction of the S-forms in plasma") # [derived] schmidt-2024: between 0.65 and 0.55 to 0.57 (esketamine label)
    lodds_fu_r <- log(1.27); label("Odds of the R-forms to be unbound over those of the S-forms") # [derived] schmidt-2024: 0.60 x 0.71 / 0.65 = 0.655 against 0.60
    parts <- fix(2); label("Enantiomers in a racemate") # [derived] euthymia: definition
  })

  model({
    # Half of a racemate is each form: 1/ic50 of the racemate is the mean of 1/ic50 of the two
    ic50_s <- exp(lic50_racemate) * (1 + 1 / exp(lratio_k)) / parts
    ic50_r <- ic50_s * exp(lratio_k)
    ic50_sn <- exp(lic50_nk_racemate) * (1 + 1 / exp(lratio_nk)) / parts
    ic50_rn <- ic50_sn * exp(lratio_nk)
    unbound_s <- 1 / (1 + exp(-logit_fu_s))
    unbound_r <- 1 / (1 + exp(-logit_fu_s - lodds_fu_r))

    bound_s <- unbound_s * cp_s / ic50_s
    bound_r <- unbound_r * cp_r / ic50_r
    bound_norketamine <- unbound_s * cp_sn / ic50_sn + unbound_r * cp_rn / ic50_rn
    bound_all <- bound_s + bound_r + bound_norketamine
    occupancy_by_s <- bound_s / (1 + bound_all)
    occupancy_by_r <- bound_r / (1 + bound_all)
    occupancy_by_norketamine <- bound_norketamine / (1 + bound_all)
    occupancy_by_enantiomer <- bound_all / (1 + bound_all)
  })
}
