columns_in_capitals_with_others <- function() {
  ini({
    k <- 0.2
    v <- 4
  })
  model({
    d/dt(central) <- -k*central
    cp <- central/v
  })
}
