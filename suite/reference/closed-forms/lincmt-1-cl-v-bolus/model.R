lincmt_1_cl_v_bolus <- function() {
  ini({
    cl <- 3
    v <- 25
  })
  model({
    cp <- linCmt()
  })
}
