lincmt_2_alpha_beta_k21 <- function() {
  ini({
    alpha <- 1.2
    beta <- 0.08
    k21 <- 0.3
    v <- 10
  })
  model({
    cp <- linCmt()
  })
}
