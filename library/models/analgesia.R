# Composed after olofsen-2022-dissociation, whose site of effect it takes.
analgesia <- function() {
  description <- "Relief of experimental pain by S-ketamine, as a fraction of the greatest possible."
  reference <- "Between two laboratories' potencies: Olofsen E, et al. Anesthesiology 2022;136(5):792-801. doi:10.1097/ALN.0000000000004176; Simons P, et al. Front Pain Res 2022;3:946487. doi:10.3389/fpain.2022.946487"
  units <- list(time = "h", dosing = "mg", concentration = "nmol/mL")
  outputs <- list(analgesia = "Analgesia, fraction of its maximum")
  layer <- "acute"
  badges <- list(analgesia = "measured in people")
  anchors <- list(analgesia = "olofsen-2022: half of the effect on pressure pain at 0.51 nmol/mL S-ketamine | simons-2022-part-2: 1.2 to 1.7 nmol/mL for electrical, heat and pressure pain")
  disagreement <- list(analgesia = "olofsen-2012: norketamine at 50 ng/mL took back 1.5 of the 3.8 cm that ketamine at 100 ng/mL gave | simons-2022-part-2: no contribution of norketamine | sigtermans-2009: six times the potency against heat as against electrical pain")
  limits <- list(
    assay = "How much it takes depends on how pain is made; the potency is the middle of what two papers found, and its uncertainty spans both.",
    shape = "A steepness of 1 is assumed. The more pain than before that follows an infusion is left out.",
    moieties = "S-ketamine alone acts."
  )
  uncertainty <- list(
    lc50_analgesia = 0.51 # [derived] simons-2022-part-2: half of ln(1.43 / 0.51), the distance of the two papers
  )

  ini({
    lc50_analgesia <- log(0.85); label("Concentration of half effect (nmol/mL)") # [derived] simons-2022-part-2: root of 0.51 (olofsen-2022) x 1.43, itself the root of 1.2 x 1.7
  })

  model({
    analgesia <- ce_s / (ce_s + exp(lc50_analgesia))
  })
}
