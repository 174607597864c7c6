transit_chain_equal_rates <- function() {
  ini({
    ktr <- 0.5
  })
  model({
    d/dt(a1) <- -ktr*a1
    d/dt(a2) <- ktr*(a1 - a2)
    d/dt(a3) <- ktr*(a2 - a3)
    d/dt(a4) <- ktr*(a3 - a4)
    d/dt(out) <- ktr*a4 - ktr*out
  })
}
