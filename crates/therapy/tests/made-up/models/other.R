other <- function() {
  description <- "Another published compartment, twice as large, which knows nothing of livers."
  units <- list(time = "h", dosing = "mg", concentration = "mg/L")
  sampling <- "venous plasma"
  outputs <- list(drug = "Drug in plasma (mg/L)")
  ini({
    cl <- 20; label("Clearance (L/h)") # [seen] made-up: Table 3
    lv <- log(200); label("Volume (L)") # [seen] made-up: Table 3
    eta_v ~ 0.04 # [seen] made-up: Table 3
  })
  model({
    v <- exp(lv + eta_v)
    d/dt(blood) <- -cl / v * blood
    drug <- blood / v
  })
}
