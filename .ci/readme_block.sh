# For scripts here: `readme_block "test command"` prints the block of code of README.md that follows the line naming it.
readme_block() { sed -n "/^<!-- $1 -->$/,/^\`\`\`$/p" README.md | sed '1,2d;$d'; }
