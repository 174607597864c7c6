lincmt_with_equations <- function() {
  ini({
    ka <- 0.8
    cl <- 1
    v <- 10
    ke0 <- 0.25
  })
  model({
    cp <- linCmt()
    d/dt(ce) <- ke0*(cp - ce)
  })
}
