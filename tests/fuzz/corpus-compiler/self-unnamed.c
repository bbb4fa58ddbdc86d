struct s { int  p ; struct s a;  int ;
static struct s  ;  long 
int f c  
