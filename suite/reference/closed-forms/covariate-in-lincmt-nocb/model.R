covariate_in_lincmt_nocb <- function() {
  ini({
    v <- 10
  })
  model({
    cl <- CLEAR
    cp <- linCmt()
  })
}
