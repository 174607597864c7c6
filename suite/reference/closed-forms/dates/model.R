dates <- function() {
  ini({
    k <- 0.02
  })
  model({
    d/dt(central) <- -k*central
  })
}
