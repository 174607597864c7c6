tad_lag_reset_pending <- function() {
  ini({
    unused <- 1
  })
  model({
    d/dt(depot) <- -0.5*depot
    d/dt(central) <- 0.5*depot - 0.1*central
    ago <- tad()
    ago0 <- tad0()
    ago_depot <- tad(depot)
    ago_central <- tad0(central)
    since <- tafd()
    since0 <- tafd0(depot)
    last_at <- tlast()
    first_at <- tfirst()
    size <- dose()
    size_depot <- podo(depot)
    size_central <- podo0(central)
    count <- dosenum()
    keep <- unused
    alag(depot) <- 1.5
  })
}
