covariate_in_lincmt_nocb <- function() {
  ini({
    v <- 10
  })
  model({
    cl <- CL
    cp <- linCmt()
  })
}
