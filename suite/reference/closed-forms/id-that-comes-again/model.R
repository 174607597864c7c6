id_that_comes_again <- function() {
  ini({
    k <- 0.2
  })
  model({
    d/dt(central) <- -k*central
  })
}
