//! The types of the schema, made as the product's own build makes them.

use std::error::Error;

#[path = "../build.rs"]
mod product;

fn main() -> Result<(), Box<dyn Error>> {
    // Its paths begin at the top of the repository.
    std::env::set_current_dir("..")?;
    product::main()
}
