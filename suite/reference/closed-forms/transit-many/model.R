transit_many <- function() {
  ini({
    n <- 60
    mtt <- 3
    bio <- 0.8
    ka <- 0.6
    k <- 0.15
  })
  model({
    d/dt(depot) <- transit(n, mtt, bio) - ka*depot
    d/dt(central) <- ka*depot - k*central
  })
}
