holze_2023_psilocin <- function() {
  description <- "Psilocin (unconjugated), what the body makes of psilocybin, after a capsule. Healthy volunteers."
  reference <- "Holze F, Becker AM, Kolaczynska KE, Duthaler U, Liechti ME. Pharmacokinetics and pharmacodynamics of oral psilocybin administration in healthy participants. Clin Pharmacol Ther 2023;113(4):822-831"
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  sampling <- "plasma"
  outputs <- list(psilocin = "Psilocin in plasma (ng/mL)")
  layer <- "kinetics"
  limits <- list(
    source = "The paper's compartmental parameters were not seen. One compartment and first-order absorption were set to the peak, its time and the half-life of its 15-mg dose; 25 and 30 mg were left to test it.",
    shape = "Papers describe two phases and, in some people, a slow end from the glucuronide; here the decline has one rate.",
    weight = "Weight did not matter in two papers.",
    effect = "Kinetics alone: what psilocin does to perception or to a depression score is not modelled."
  )
  uncertainty <- list(
    lka_psi = 0.2,   # [assumed] holze-2023: a peak between 1.6 and 2.5 h within two standard errors
    lk_psi = 0.041,  # [derived] holze-2023: 95 % interval of the half-life 1.7 to 2.0 h, ln(2.0 / 1.7) / 3.92
    lv_psi = 0.067   # [derived] holze-2023: 95 % interval of the peak 10 to 13 ng/mL, ln(13 / 10) / 3.92
  )

  ini({
    lka_psi <- log(0.635); label("Absorption and turning into psilocin (1/h)") # [derived] holze-2023: ln(ka / k) / (ka - k) = 2 h, the mean time of the peak
    lk_psi <- log(0.385); label("Elimination (1/h)") # [derived] holze-2023: abstract, ln(2) / 1.8 h after 15 mg
    lv_psi <- log(630); label("Apparent volume, of psilocybin (L)") # [derived] holze-2023: abstract, 15 mg x exp(-0.385 x 2) / 11 ng/mL
    ng_per_ml_in_mg_per_l_psi <- fix(1000); label("ng/mL in one mg/L") # [derived] euthymia: definition of the units

    eta_k_psi ~ 0.048 # [derived] holze-2023: (0.041 x root of 28 people)^2
    eta_v_psi ~ 0.125 # [derived] holze-2023: (0.067 x root of 28 people)^2
    prop_sd_psi <- 0.15; label("Residual, fraction") # [assumed] euthymia: of an assay of this kind
  })

  model({
    ka_psi <- exp(lka_psi)
    k_psi <- exp(lk_psi + eta_k_psi)
    v_psi <- exp(lv_psi + eta_v_psi)
    # Amounts are mg of psilocybin; the volume carries the ratio of molar masses and what is lost on the way
    d/dt(gut_psi) <- -ka_psi * gut_psi
    d/dt(central_psi) <- ka_psi * gut_psi - k_psi * central_psi
    psilocin <- central_psi / v_psi * ng_per_ml_in_mg_per_l_psi
    psilocin ~ prop(prop_sd_psi)
  })
}
