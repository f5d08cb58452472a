# Made by `make docs` from the dbt project; do not edit.
project_name: "hamilton"

# Looker's connection to the warehouse; its project has the datasets.
constant: CONNECTION {
  value: "hamilton"
  export: override_required
}

constant: SHARED_DATASET {
  value: "f1db"
  export: override_optional
}

# The dataset of the chosen driver: the driver's id with _ for -.
constant: DRIVER_DATASET {
  value: "lewis_hamilton"
  export: override_optional
}
