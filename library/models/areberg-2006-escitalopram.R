areberg_2006_escitalopram <- function() {
  description <- "Escitalopram after tablets. Adults with normal and impaired livers."
  reference <- "Areberg J, Christophersen JS, Poulsen MN, Larsen F, Molz KH. The pharmacokinetics of escitalopram in patients with hepatic impairment. AAPS J 2006;8(1):E14-E19. doi:10.1208/aapsj080102"
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  sampling <- "serum"
  outputs <- list(escitalopram = "Escitalopram in serum (ng/mL)")
  layer <- "kinetics"
  limits <- list(
    population = "24 people of 43 to 69 years, 16 of them with an impaired liver, after one dose.",
    genotype = "Clearance rises with the activity of CYP2C19 in the paper, by 17 L/h for each unit of the S/R ratio of mephenytoin; everybody is given the mean ratio, and the spread of the ratio is not in the variability here.",
    weight = "The volume is a straight line over weight from 63 to 101 kg; it would reach 0 at 12 kg."
  )
  uncertainty <- list(
    lv1_esc = 0.06,  # [seen] areberg-2006: Table 3, 6 % relative
    lcl_esc = 0.07,  # [seen] areberg-2006: Table 3, 7 % relative
    lv2_esc = 0.08,  # [seen] areberg-2006: Table 3, 8 % relative
    lq_esc = 0.13,   # [seen] areberg-2006: Table 3, 13 % relative
    llag_esc = 0.01  # [seen] areberg-2006: Table 3, 1 % relative
  )

  ini({
    lka_esc <- fix(log(3.6)); label("Absorption (1/h)") # [seen] areberg-2006: Table 3, fixed there
    llag_esc <- log(0.93); label("Delay before it (h)") # [seen] areberg-2006: Table 3
    lcl_esc <- log(19); label("Apparent clearance (L/h)") # [seen] areberg-2006: Table 3
    lv1_esc <- log(800); label("Apparent central volume (L)") # [seen] areberg-2006: Table 3
    lv2_esc <- log(470); label("Apparent peripheral volume (L)") # [seen] areberg-2006: Table 3
    lq_esc <- log(98); label("Apparent flow to it (L/h)") # [seen] areberg-2006: Table 3
    wt_v1_esc <- fix(12); label("Central volume for each kg (L/kg)") # [seen] areberg-2006: Table 3
    wt_ref_esc <- fix(79); label("Weight of the printed volume (kg)") # [seen] areberg-2006: Table 1, mean
    ng_per_ml_in_mg_per_l_esc <- fix(1000); label("ng/mL in one mg/L") # [derived] euthymia: definition of the units

    eta_v1_esc ~ 0.0285 # [derived] areberg-2006: Table 3, CV 17 %
    eta_cl_esc ~ 0.1094 # [derived] areberg-2006: Table 3, CV 34 %
    eta_ka_esc ~ 1.160 # [derived] areberg-2006: Table 3, CV 148 %
    prop_sd_esc <- 0.096; label("Residual, fraction") # [seen] areberg-2006: Table 3
  })

  model({
    ka_esc <- exp(lka_esc + eta_ka_esc)
    cl_esc <- exp(lcl_esc + eta_cl_esc)
    v1_esc <- (exp(lv1_esc) + wt_v1_esc * (WT - wt_ref_esc)) * exp(eta_v1_esc)
    v2_esc <- exp(lv2_esc)
    q_esc <- exp(lq_esc)

    alag(gut_esc) <- exp(llag_esc)
    d/dt(gut_esc) <- -ka_esc * gut_esc
    d/dt(central_esc) <- ka_esc * gut_esc - (cl_esc + q_esc) / v1_esc * central_esc + q_esc / v2_esc * peripheral_esc
    d/dt(peripheral_esc) <- q_esc / v1_esc * central_esc - q_esc / v2_esc * peripheral_esc

    escitalopram <- central_esc / v1_esc * ng_per_ml_in_mg_per_l_esc
    escitalopram ~ prop(prop_sd_esc)
  })
}
