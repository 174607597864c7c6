cmt_statement_numbers_compartments <- function() {
  ini({
    ka <- 0.9
    k <- 0.15
  })
  model({
    cmt(central)
    d/dt(depot) <- -ka*depot
    d/dt(central) <- ka*depot - k*central
  })
}
