lincmt_1_kel_v_infusion_lag_f <- function() {
  ini({
    kel <- 0.15
    v <- 12
    tlag <- 0.75
    fc <- 0.6
  })
  model({
    alag(central) <- tlag
    f(central) <- fc
    cp <- linCmt()
  })
}
