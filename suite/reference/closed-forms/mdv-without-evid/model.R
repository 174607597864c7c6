mdv_without_evid <- function() {
  ini({
    k <- 0.2
  })
  model({
    d/dt(central) <- -k*central
  })
}
