lincmt_2_coefficients <- function() {
  ini({
    alpha <- 1.2
    beta <- 0.08
    A <- 0.06
    B <- 0.02
  })
  model({
    cp <- linCmt()
  })
}
