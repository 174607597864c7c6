wiebe_2020_midazolam <- function() {
  description <- "Midazolam after intravenous infusion. Healthy volunteers."
  reference <- "Wiebe ST, Meid AD, Mikus G. Composite midazolam and 1'-OH midazolam population pharmacokinetic model for constitutive, inhibited and induced CYP3A activity. J Pharmacokinet Pharmacodyn 2020;47(6):527-542. doi:10.1007/s10928-020-09704-1"
  units <- list(time = "h", dosing = "mg", concentration = "ng/mL")
  sampling <- "plasma"
  outputs <- list(midazolam = "Midazolam in plasma (ng/mL)")
  layer <- "kinetics"
  limits <- list(
    population = "99 healthy volunteers of 19 to 52 years, 47 to 111 kg; weight, age and sex do not matter to the parent in the paper.",
    use = "Intravenous doses of 2 mg and less; the metabolite, the oral route and interactions of the paper are left out.",
    uncertainty = "Standard errors of these parameters were not seen; they are taken as known.",
    occasions = "Variability between occasions is added to that between subjects."
  )

  ini({
    lv1_mdz <- fix(log(19.45)); label("Central volume (L)") # [seen] wiebe-2020: final control stream
    lv2_mdz <- fix(log(41.03)); label("Slow peripheral volume (L)") # [seen] wiebe-2020: final control stream
    lq2_mdz <- fix(log(8.00)); label("Flow to it (L/h)") # [seen] wiebe-2020: final control stream
    lv3_mdz <- fix(log(23.82)); label("Fast peripheral volume (L)") # [seen] wiebe-2020: final control stream
    lq3_mdz <- fix(log(46.05)); label("Flow to it (L/h)") # [seen] wiebe-2020: final control stream
    lcl_mdz <- fix(log(24.15)); label("Clearance (L/h)") # [seen] wiebe-2020: final control stream
    ng_per_ml_in_mg_per_l_mdz <- fix(1000); label("ng/mL in one mg/L") # [derived] euthymia: definition of the units

    eta_v1_mdz ~ 0.1426 # [seen] wiebe-2020: final control stream
    eta_v2_mdz ~ 0.1677 # [seen] wiebe-2020: final control stream
    eta_q2_mdz ~ 0.2517 # [seen] wiebe-2020: final control stream
    eta_cl_mdz ~ 0.0319 # [derived] wiebe-2020: 0.00872 between subjects + 0.02319 between occasions
    prop_sd_mdz <- 0.149; label("Residual, fraction") # [seen] wiebe-2020: final control stream, after 0.5 h
  })

  model({
    v1_mdz <- exp(lv1_mdz + eta_v1_mdz)
    v2_mdz <- exp(lv2_mdz + eta_v2_mdz)
    q2_mdz <- exp(lq2_mdz + eta_q2_mdz)
    v3_mdz <- exp(lv3_mdz)
    q3_mdz <- exp(lq3_mdz)
    cl_mdz <- exp(lcl_mdz + eta_cl_mdz)

    d/dt(central_mdz) <- -(cl_mdz + q2_mdz + q3_mdz) / v1_mdz * central_mdz + q2_mdz / v2_mdz * slow_mdz + q3_mdz / v3_mdz * fast_mdz
    d/dt(slow_mdz) <- q2_mdz / v1_mdz * central_mdz - q2_mdz / v2_mdz * slow_mdz
    d/dt(fast_mdz) <- q3_mdz / v1_mdz * central_mdz - q3_mdz / v3_mdz * fast_mdz

    midazolam <- central_mdz / v1_mdz * ng_per_ml_in_mg_per_l_mdz
    midazolam ~ prop(prop_sd_mdz)
  })
}
