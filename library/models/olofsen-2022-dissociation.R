olofsen_2022_dissociation <- function() {
  description <- "Dissociation (change of external perception) from S-ketamine at its site of effect, as a fraction of the greatest possible, and on the Clinician-Administered Dissociative States Scale."
  reference <- "Olofsen E, Kamp J, Henthorn TK, et al. Ketamine psychedelic and antinociceptive effects are connected. Anesthesiology 2022;136(5):792-801. doi:10.1097/ALN.0000000000004176"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(
    ce_s = "S-ketamine at the site of effect (nmol/mL)",
    dissociation = "Dissociation, fraction of its maximum",
    cadss = "CADSS score (points)"
  )
  layer <- "acute"
  badges <- list(ce_s = "measured in people", dissociation = "measured in people", cadss = "assumed")
  anchors <- list(
    ce_s = "olofsen-2022: half-life of equilibration 8.3 min",
    dissociation = "olofsen-2022: half of the effect at 0.51 nmol/mL S-ketamine, 17 volunteers",
    cadss = "glue-2018: mean 20 points at the first of weekly subcutaneous doses of 1 mg/kg; it alone sets the top of the scale"
  )
  disagreement <- list(
    ce_s = "olofsen-2012: 6.1 min on average over effects, from 0 to 11.8",
    cadss = "glue-2018: 8.8 points after 14 weeks of the same dose, a tolerance that the model has not | jnj-dissociation: back near nothing 1.5 h after a spray, while S-ketamine in plasma and with it this model are still near their peak"
  )
  limits <- list(
    shape = "The steepness and the maximum of the effect were not seen; a steepness of 1 is assumed and the maximum is the unit.",
    cadss = "No paper links a concentration to the scale. It is taken to need more of the drug to begin and to end sooner than perception changes (steepness 2), because it is back near nothing within 2 h of an infusion. After a spray that is not enough: people get used to the drug within a session, and the model does not.",
    input = "Estimated with arterial concentrations; driven by a venous model the peak comes late and low.",
    variability = "Differences between people in perception were not seen and are left out. How much of the scale a person uses is spread so that two thirds of patients pass 4 points after a spray, as the label says. Tolerance over sessions is left out.",
    norketamine = "S-norketamine opposes the effect a little; R-ketamine does not contribute. The first is left out."
  )
  uncertainty <- list(
    lc50 = 0.141,     # [derived] olofsen-2022: 95 % interval 0.38 to 0.66 nmol/mL, ln(0.66 / 0.38) / 3.92
    lhalf_ke0 = 0.239, # [derived] olofsen-2022: 95 % interval 5.1 to 13.0 min, ln(13.0 / 5.1) / 3.92
    logit_cadss = 0.5, # [assumed] glue-2018: a mean of 13 to 28 points within one standard error; dose and absorption of the anchor are not exact
    lsteep_cadss = 0.3 # [assumed] euthymia: a steepness of 1.1 to 3.6 within two standard errors
  )

  ini({
    lc50 <- log(0.51); label("Concentration of half effect (nmol/mL)") # [seen] olofsen-2022: abstract
    lhalf_ke0 <- log(8.3 / 60); label("Half-life of equilibration with plasma (h)") # [seen] olofsen-2022: abstract, 8.3 min
    cadss_top <- fix(92); label("Top of the CADSS (points)") # [seen] cadss-scoring: 23 items of 0 to 4
    logit_cadss <- -1.11; label("Share of the scale that a person can reach, logit") # [derived] glue-2018: mean 20 points at two thirds of the effect, so a mean share of 0.33; -1.11 is the centre that gives it with the spread below
    lsteep_cadss <- log(2); label("Steepness of the scale over concentration") # [assumed] euthymia: back near 0 within 2 h of an infusion
    eta_cadss ~ 4 # [derived] spravato-label-us: 61 to 75 % of patients above 4 points at some time, 68 % at the peak of 84 mg with the mean above
  })

  model({
    ke0 <- log(2) / exp(lhalf_ke0) # [derived] euthymia: the rate of a half-life
    d/dt(ce_s) <- ke0 * (cp_s - ce_s)
    dissociation <- ce_s / (ce_s + exp(lc50))

    steep_cadss <- exp(lsteep_cadss)
    # No power of a concentration that rounding made negative
    cadss_drive <- (max(0, ce_s) / exp(lc50))^steep_cadss
    cadss <- cadss_top / (1 + exp(-(logit_cadss + eta_cadss))) * cadss_drive / (1 + cadss_drive)
  })
}
